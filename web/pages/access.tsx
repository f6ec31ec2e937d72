import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useRouter } from '@tanstack/react-router'
import { useState } from 'react'
import { LOCALITIES } from '../../domain/localities.ts'
import { ask } from '../api.ts'
import { Appearance } from '../components/appearance.tsx'
import { Choice } from '../components/fields.tsx'
import { Refused } from '../components/states.tsx'
import { rehearsalLogInsQuery } from '../queries.ts'
import { useSpeech, wordOf } from '../words/languages.tsx'

const route = getRouteApi('/log-in')
type LogIn = { readonly name: string; readonly password: string } | { readonly rehearsalLogIn: string }
interface Offered {
  readonly name: string
  readonly role: string
  readonly localityCode: string | null
}

export function LogInPage() {
  const { words } = useSpeech()
  const { returnTo, ended } = route.useSearch()
  const client = useQueryClient()
  const router = useRouter()
  const { data: offered } = useQuery(rehearsalLogInsQuery)
  const logIn = useMutation({
    mutationFn: (body: LogIn) => ask('POST', '/sessions', { body }),
    async onSuccess() {
      // Whoever was here before may have seen other things.
      client.clear()
      router.history.push(returnTo ?? '/')
    },
  })
  return (
    <div className="log-in-page">
      <header className="bar">
        <p className="brand">
          <img src="/icon.svg" alt="" width="24" height="24" />
          <span>{words.product}</span>
        </p>
        <Appearance />
      </header>
      <main className="log-in">
        <section aria-labelledby="log-in-title">
          <p className="ministry">{words.ministry}</p>
          <h1 id="log-in-title">{words.logIn.title}</h1>
          {ended === 'yes' && !logIn.isError ? <p className="notice">{words.logIn.ended}</p> : null}
          {logIn.isError ? <Refused error={logIn.error} /> : null}
          <PasswordForm isPending={logIn.isPending} onSubmit={logIn.mutate} />
        </section>
        {offered === undefined || offered.logIns.length === 0 ? null : (
          <RehearsalLogIns offered={offered.logIns} isPending={logIn.isPending} onChoose={logIn.mutate} />
        )}
      </main>
    </div>
  )
}

function PasswordForm(props: { readonly isPending: boolean; readonly onSubmit: (body: LogIn) => void }) {
  const { words } = useSpeech()
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        props.onSubmit({ name, password })
      }}
    >
      <div className="field">
        <label htmlFor="name">{words.logIn.name}</label>
        <input
          id="name"
          autoComplete="username"
          required
          value={name}
          onChange={({ target }) => setName(target.value)}
        />
      </div>
      <div className="field">
        <label htmlFor="password">{words.logIn.password}</label>
        <input
          id="password"
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={({ target }) => setPassword(target.value)}
        />
      </div>
      <button className="button" data-kind="primary" disabled={props.isPending}>
        {words.logIn.submit}
      </button>
    </form>
  )
}

/** The accounts of a rehearsal by role; those of bodies for one body at a time. */
function RehearsalLogIns(props: {
  readonly offered: readonly Offered[]
  readonly isPending: boolean
  readonly onChoose: (body: LogIn) => void
}) {
  const { words, nameOf, format } = useSpeech()
  const { offered, isPending, onChoose } = props
  const codes = new Set(offered.map(({ localityCode }) => localityCode))
  const bodies = LOCALITIES.filter(({ code }) => codes.has(code))
    .map((body) => [body.code, nameOf(body)] as const)
    .toSorted(([, one], [, other]) => format.compare(one, other))
  const [chosen, setChosen] = useState<string>()
  const body = chosen ?? bodies[0]?.[0]
  const rolesOf = (localityCode: string | null) => {
    const own = offered.filter((logIn) => logIn.localityCode === localityCode)
    return [...new Set(own.map(({ role }) => role))].map((role) => (
      <li key={role}>
        <span>{wordOf(words.roles, role)}</span>
        <span className="log-ins">
          {own
            .filter((logIn) => logIn.role === role)
            .map(({ name }) => (
              <button
                key={name}
                type="button"
                className="button"
                disabled={isPending}
                onClick={() => onChoose({ rehearsalLogIn: name })}
              >
                {name}
              </button>
            ))}
        </span>
      </li>
    ))
  }
  return (
    <section aria-labelledby="rehearsal-title" className="rehearsal">
      <h2 id="rehearsal-title">{words.logIn.rehearsal}</h2>
      <p>{words.logIn.rehearsalHint}</p>
      <ul className="roles">{rolesOf(null)}</ul>
      {body === undefined ? null : (
        <>
          <Choice label={words.logIn.body} value={body} choices={bodies} onChoose={setChosen} />
          <ul className="roles">{rolesOf(body)}</ul>
        </>
      )}
    </section>
  )
}
