// Package news keeps stories: their revisions, the figures in them, and what of them is public.
//
// Two types face the rest of the house and are held apart by the compiler. A [Newsroom] writes: it sees every story in
// every state and checks what is saved and published. A [Paper] reads what is published and nothing else: a reader's
// face receives only a *Paper, and so cannot even ask for a draft.
//
// A story's text is Markdown in which figures are bound to the ledger, written {{EUR/BGN @2026-01-20}}; see [Figure].
// On publication each is pinned to the observations that it rests on, see [Pin], so that what was printed can be told
// from what is true today. Revisions are appended and never changed.
//
// The package does not draw, fetch or keep: it declares [Store] and [Reader], which a floor above implements. Newsroom
// and Paper are safe for concurrent use.
package news
