import type { FastifyInstance } from 'fastify'

/** The methods that an address is known by. */
export type MethodsAt = (url: string) => readonly string[]

/** Remembers every route that is declared from here on. `GET` is answered to `HEAD` as well, without its body. */
export function rememberMethods(app: FastifyInstance): MethodsAt {
  const known: { readonly pattern: RegExp; readonly method: string }[] = []
  app.addHook('onRoute', ({ url, method }) => {
    const pattern = new RegExp(
      `^${url
        .replaceAll('.', String.raw`\.`)
        .replaceAll(/:\w+/g, '[^/]+')
        .replaceAll('*', '.*')}$`,
    )
    for (const one of [method].flat()) known.push({ pattern, method: one })
  })
  return (url) => {
    const [path = ''] = url.split('?', 1)
    const methods = known.flatMap(({ pattern, method }) => (pattern.test(path) ? [method] : []))
    return [...new Set(methods.includes('GET') ? [...methods, 'HEAD'] : methods)].toSorted()
  }
}
