import { ApplicationFailure } from '@temporalio/workflow'
import { Refusal } from '../domain/errors.ts'

/** Runs a rule and turns its refusal into the one error type that reaches the caller: code and details, no sentence. */
export function enforce(rule: () => void): void {
  try {
    rule()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    throw ApplicationFailure.create({
      type: error.code,
      message: error.code,
      nonRetryable: true,
      details: [error.details],
    })
  }
}
