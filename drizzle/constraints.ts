/** Whether an error is the database's refusal by this constraint. Its message holds values and is never passed on. */
export function violates(error: unknown, constraint: string): boolean {
  if (!(error instanceof Error)) return false
  const { cause } = error
  const source: unknown = 'constraint_name' in error ? error : cause
  return (
    typeof source === 'object' &&
    source !== null &&
    'constraint_name' in source &&
    source.constraint_name === constraint
  )
}
