import { useRouter } from '@tanstack/react-router'
import type { ReactNode } from 'react'

interface RowLinkProps {
  /** Beside the page that shows it, or from the root. */
  readonly href: string
  readonly className?: string
  readonly children: ReactNode
}

/** A link of a row: the router’s own watch every address change, which hundreds of them in a scrolled table can not afford. */
export function RowLink({ href, className, children }: RowLinkProps) {
  const router = useRouter()
  return (
    <a
      href={href}
      className={className}
      onClick={(event) => {
        // Another tab or window is the browser’s matter.
        if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
        event.preventDefault()
        router.history.push(event.currentTarget.pathname)
      }}
    >
      {children}
    </a>
  )
}
