import { useMutation, useQueryClient, type MutateOptions } from '@tanstack/react-query'
import { useRef } from 'react'
import { Problem } from '../api.ts'

/** Nobody knows whether it was done. */
const isUnclear = (error: unknown): boolean =>
  error instanceof Problem &&
  (error.status === 0 || error.status === 503 || error.code === 'request-in-progress')

/**
 * Something a person orders with `order`: while it is on its way, the same is not ordered again. Ordered again after an
 * unclear end it carries the same key, and so is done once. Afterwards the views that show it are fetched again.
 */
export function useAct<Input, Answer>(
  send: (input: Input, key: string) => Promise<Answer>,
  views: readonly string[],
) {
  const client = useQueryClient()
  const last = useRef({ input: '', key: '', isOnItsWay: false })
  const mutation = useMutation<Answer, Error, Input>({
    mutationFn(input) {
      const text = JSON.stringify(input)
      const key = last.current.input === text ? last.current.key : crypto.randomUUID()
      last.current = { input: text, key, isOnItsWay: true }
      return send(input, key)
    },
    onSettled(_answer, error, input) {
      if (last.current.input !== JSON.stringify(input)) return
      if (isUnclear(error)) last.current.isOnItsWay = false
      else last.current = { input: '', key: '', isOnItsWay: false }
      for (const view of views) void client.invalidateQueries({ queryKey: [view] })
    },
  })
  const order = (input: Input, options: MutateOptions<Answer, Error, Input> = {}): void => {
    const { input: text, isOnItsWay } = last.current
    if (!isOnItsWay || text !== JSON.stringify(input)) mutation.mutate(input, options)
  }
  return { ...mutation, order }
}
