// Package archive brings editions in and out: it reads a page that somebody saved, and writes and reads the paper's
// own archive file.
//
// [ReadPage] recovers from a saved page, text or HTML, its board of rates, its ticker and its story, and lists every
// line that it did not understand; [Page.Edition] makes of that what the newsroom can add. Nothing is guessed: a
// number that is not plainly one is left out and named, and a page that was cut off is refused.
//
// [ReadDocument] reads the same pages, and tables and replies of services, for the proof-reader: it judges nothing, since
// what is wrong is what is looked for.
//
// [Write] and [Read] carry a whole [news.Edition] out and back without loss, in a text file that is the same, byte
// for byte, for the same edition. Its format is described in docs/archive-format.md.
//
// [ReadDossier] and [WriteDossier] carry one dossier as JSON that people edit.
//
// The package does not store, fetch or draw, and decides nothing about what may be published: the newsroom checks
// what it is handed. All functions may be called concurrently; a [Page] belongs to one caller. Nothing here reads the
// clock: whoever imports says when.
package archive
