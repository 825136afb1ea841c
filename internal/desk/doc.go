// Package desk is where the newsroom works: pages below /desk/ on which stories are written, read, published and corrected,
// numbers decided on, pictures kept, and people let in.
//
// It holds no rule but which action each turn of a story asks for, see [ways]. What may be published is [news.Newsroom]'s to
// say, who may do it [staff.Gate]'s; a page of the desk asks them and shows the answer, a refusal too, in their words. Each address is one [route], which names what its
// visitor must be allowed to do; one that names nothing lets nobody in. Everything works without scripts; the one script
// keeps what is typed and shows figures meanwhile.
//
// Start at [New]. A Desk is safe for concurrent use. Nothing of it is ever kept by a browser or a proxy.
package desk
