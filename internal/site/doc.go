// Package site is the reader's paper: every page that a browser shows, drawn on the server, without any script.
//
// It reads the paper and the ledger and writes nothing. Each page is a struct of strings that are ready to print, made
// by one handler and drawn by one template of the same name; a template computes nothing. Every number on a page
// stands with its source and its time, or is a link to where they stand: /numbers/ID.
//
// Start at the list of routes in [New]. A [Site] is safe for concurrent use. Finished pages are kept for a few seconds
// and dropped at once when the bus says that a price, a story or a dossier changed. Times are UTC, and are written so.
package site
