package audit

import (
	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/fault"
)

// Infer says of which day a document's rates are, from the rates themselves, and how sure that is, as a sentence for
// [Document.Dated]. The error is fault.Invalid where they cannot say: then somebody must.
func Infer(d Document, facts Facts) (day currency.Date, how string, err error) {
	return currency.Date{}, "", fault.Because(fault.Invalid, "nothing says of which day this is")
}
