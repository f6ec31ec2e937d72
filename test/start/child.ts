import { endWith, tellReady } from '../../process-life.ts'

/** A process of ours as the supervisor sees one; `CHILD` says how it behaves. */
switch (process.env['CHILD'] ?? '') {
  case 'calm':
    setInterval(() => {}, 60_000)
    endWith(async () => console.log('ended in good order'))
    tellReady()
    break
  case 'deaf':
    setInterval(() => {}, 60_000)
    process.on('SIGTERM', () => {})
    tellReady()
    break
  case 'silent':
    setInterval(() => {}, 60_000)
    endWith(async () => {})
    break
  default:
    throw new RangeError('CHILD is not set, so it can not know how to behave.')
}
