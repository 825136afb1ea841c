package native

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"time"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/market"
)

// cursor says where the next page of a series, or of bars, begins, and from which point it is read, so that all pages are of
// one history whatever is learnt meanwhile. Programs do not look into it.
type cursor struct {
	question  [8]byte   // what was asked; see questionName
	at, known time.Time // the AsOf of the first page
	after     time.Time // the key of the last row
}

// questionName names what was asked of a pair or listing by some parameters: all but the size of the pages.
func questionName(q query, of market.Symbol, params ...string) (name [8]byte) {
	text := string(of)
	for _, p := range params {
		text += "\x1f" + q.Query.Get(p)
	}
	sum := sha256.Sum256([]byte(text))
	copy(name[:], sum[:])
	return name
}

// errOtherQuestion is what a cursor of another question is answered.
func errOtherQuestion() error {
	return fault.Because(fault.Invalid, "cursor: it belongs to another question: take the address of the next page as it is")
}

// String writes the cursor as text.
func (c cursor) String() string {
	b := append(make([]byte, 0, 32), c.question[:]...)
	for _, t := range []time.Time{c.at, c.known, c.after} {
		b = binary.BigEndian.AppendUint64(b, uint64(t.UnixMicro()))
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// parseCursor reads what String writes. The error is fault.Invalid.
func parseCursor(text string) (cursor, error) {
	var c cursor
	b, err := base64.RawURLEncoding.DecodeString(text)
	if len(text) > maxCursor || err != nil || len(b) != 32 {
		return c, fault.Because(fault.Invalid, "%.40q is no cursor: take the address of the next page as it is", text)
	}
	copy(c.question[:], b)
	for i, t := range []*time.Time{&c.at, &c.known, &c.after} {
		*t = time.UnixMicro(int64(binary.BigEndian.Uint64(b[8+8*i:]))).UTC()
		if y := t.Year(); y < 1 || y > 9999 {
			return c, fault.Because(fault.Invalid, "%.40q is no cursor: take the address of the next page as it is", text)
		}
	}
	return c, nil
}
