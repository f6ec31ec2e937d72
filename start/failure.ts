/** Something that keeps the product from starting, in one sentence for the person at the terminal. Exit code 1. */
export class StartFailure extends Error {
  override readonly name = 'StartFailure'
}
