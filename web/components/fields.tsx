import { useEffect, useId, useRef } from 'react'

interface ChoiceProps<Value extends string> {
  readonly label: string
  readonly value: Value | undefined
  readonly choices: readonly (readonly [value: Value, label: string])[]
  /** What stands for no choice, such as `All stages`; without it there is always one. */
  readonly any?: string
  readonly onChoose: (value: Value | undefined) => void
  readonly disabled?: boolean
}

/** A list of which one is chosen; with `any` also none, and then these words stand for its label. */
export function Choice<Value extends string>(props: ChoiceProps<Value>) {
  const { label, value, choices, any, onChoose, disabled = false } = props
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id} className={any === undefined ? undefined : 'unseen'}>
        {label}
      </label>
      <select
        id={id}
        value={value ?? ''}
        disabled={disabled}
        onChange={({ target }) => onChoose(choices.find(([choice]) => choice === target.value)?.[0])}
      >
        {any === undefined ? null : <option value="">{any}</option>}
        {choices.map(([choice, words]) => (
          <option key={choice} value={choice}>
            {words}
          </option>
        ))}
      </select>
    </div>
  )
}

interface SearchProps {
  readonly label: string
  readonly text: string
  /** Undefined where nothing is searched for. */
  readonly onSearch: (text: string | undefined) => void
}

/** Keeps its own text: input methods write Vietnamese by taking letters back, which nothing may disturb. */
export function SearchField({ label, text, onSearch }: SearchProps) {
  const id = useId()
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (input.current !== null && input.current !== document.activeElement) input.current.value = text
  }, [text])
  return (
    <div className="field search">
      <label htmlFor={id} className="unseen">
        {label}
      </label>
      <input
        ref={input}
        id={id}
        type="search"
        autoComplete="off"
        placeholder={label}
        defaultValue={text}
        onInput={({ currentTarget }) => onSearch(currentTarget.value || undefined)}
      />
    </div>
  )
}
