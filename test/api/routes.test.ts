import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildWithoutEngine, describe, OPENAPI_FILE } from '../../api/openapi.ts'
import { isLocalRole, mayAct, ROLES, type Role } from '../../domain/access.ts'
import { ask, nameOf, readRoutes, startApi, type Api, type Person, type Route } from './fixture.ts'

let api: Api
let routes: readonly Route[]
const people = new Map<Role, Person>()
beforeAll(async () => {
  api = await startApi()
  routes = readRoutes(api.app)
  for (const role of ROLES) people.set(role, await api.logIn(role, isLocalRole(role) ? 'H26' : null))
})
afterAll(() => api[Symbol.asyncDispose]())

const addressOf = ({ path }: Route) =>
  path
    .replace('{code}', 'H26')
    .replace('{stage}', 'select-software')
    .replace('{name}', 'a-hold')
    .replace('{day}', '2025-09-11')
    .replaceAll(/\{\w+\}/g, '018f0000-0000-7000-8000-000000000001')

test('the committed description is the one of today’s routes', async () => {
  const { app, close } = await buildWithoutEngine('postgres://nobody@127.0.0.1:1/none')
  expect(readFileSync(OPENAPI_FILE, 'utf8')).toBe(describe(app))
  await close()
})

test('a role that the matrix does not name gets 403 from every route, and one that it names does not', async () => {
  expect(routes.length).toBeGreaterThan(40)
  // Who approves depends on the stage as well: there the rule itself says 403.
  const ruled = ['stage.approve', 'stage.return']
  const wrong: string[] = []
  for (const route of routes)
    for (const role of ROLES) {
      const { method } = route
      const request = { method, url: addressOf(route), body: method === 'GET' ? undefined : {} }
      const refused = (await ask(api, people.get(role) ?? null, request)).status === 403
      const may = mayAct(role, route.action)
      if (may === refused && !(may && ruled.includes(route.action))) wrong.push(`${nameOf(route)} as ${role}`)
    }
  expect(wrong).toEqual([])
})
