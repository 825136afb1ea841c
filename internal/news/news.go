// Package news keeps stories and dossiers: their revisions, the figures in them, and what of them is public.
//
// Two types face the rest of the house and are held apart by the compiler. A [Newsroom] writes: it sees every story in
// every state and checks what is saved and published. A [Paper] reads what is published and nothing else: a reader's
// face receives only a *Paper, and so cannot even ask for a draft.
//
// A story goes from draft through review to publication and, if it must be, withdrawal, by the table in workflow.go: see
// [Newsroom.Move]. Each step is on record with who and why, and with what readers are told of it: a [Notice], which may be a
// correction and can never be taken back. [Newsroom.Run] publishes what is due, [Newsroom.Tell] appends to a live story,
// [Newsroom.Affected] lists published figures that their sources have revised since, [Diff] compares two revisions.
//
// A story's text is Markdown in which figures are bound to the ledger, written {{EUR/BGN @2026-01-20}}; see [Figure].
// On publication each is pinned to the observations that it rests on, see [Pin], so that what was printed can be told
// from what is true today. Revisions are appended and never changed.
//
// A dossier is what several stories tell of: who acts, what happened, who says what about it, and where it may lead; see
// [Subject], whose parts are held against each other before it is kept, and [Newsroom.SaveDossier].
//
// The package does not draw, fetch or keep: it declares [Store] and [Reader], which a floor above implements. Newsroom
// and Paper are safe for concurrent use.
package news
