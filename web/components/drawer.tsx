import { useEffect, useId, useRef, type ReactNode } from 'react'
import { useSpeech } from '../words/languages.tsx'

interface DrawerProps {
  readonly title: string
  readonly onClose: () => void
  readonly children: ReactNode
}

/** A dialog at the side of the page: the keyboard stays in it, Escape closes it, and the focus returns to where it was. */
export function Drawer({ title, onClose, children }: DrawerProps) {
  const { words } = useSpeech()
  const titleId = useId()
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    if (dialog.current?.open === false) dialog.current.showModal()
  }, [])
  return (
    <dialog ref={dialog} className="drawer" aria-labelledby={titleId} onClose={onClose}>
      <header>
        <h2 id={titleId}>{title}</h2>
        <button type="button" className="button" onClick={() => dialog.current?.close()}>
          {words.close}
        </button>
      </header>
      {children}
    </dialog>
  )
}
