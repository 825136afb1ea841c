// Package currency knows every currency there is or was, and holds exact decimal amounts.
//
// It is for four questions: what is this code ([All], [Table.Currency]), was it pegged, on which scale and to what
// then ([Table.PegOn], [Table.ScaleOn]), can a figure be of the right size ([Table.Level], [Table.UsualMove]), and what is
// this number exactly ([ParseDecimal]). The table holds ISO 4217
// lists one and three, funds, metals and units of account, and the codes that people use though ISO lacks them (CNH,
// GGP, IMP, JEP). It is embedded as CSV files in which every row bears its source; gen makes them from the reference
// documents.
//
// It does not know what a currency is worth (that is package market; a level only says about how much), nor how a locale writes an amount (render).
//
// Start at [Currency] and [Decimal].
//
// All values are immutable and safe for concurrent use. Nothing here reads the clock: whoever asks "on which day"
// passes it. Calendar days are read in UTC.
package currency
