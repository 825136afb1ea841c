package news

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// abbreviated are words that bear a full stop within a sentence, without it and in lower case. A name or a number may follow.
var abbreviated = strings.Fields(`
	mr mrs ms dr prof st rev hon gen col lt sgt capt cmdr adm gov sen rep pres sr jr messrs
	no nos vol p pp par art sec fig ch ed eds vs v cf ca approx est al
	e.g i.e a.m p.m u.s u.k u.n e.u
	jan feb mar apr jun jul aug sept sep oct nov dec
	inc ltd co corp bros plc ag
	z.b d.h u.a bzw usw nr hr fr dipl`)

// Sentences takes a paragraph apart. A sentence ends with a full stop, a question or an exclamation mark or an ellipsis, with
// the quotation marks and brackets behind it, where a space and no lower-case letter follows; not behind an abbreviation or an
// initial. Writing without spaces has full stops of its own. It is for people, who see what they take: where it errs a
// sentence is too long rather than cut.
func Sentences(paragraph string) (all []string) {
	begin := 0
	cut := func(end int) {
		if s := strings.TrimSpace(paragraph[begin:end]); s != "" {
			all = append(all, s)
		}
		begin = end
	}
	for at, r := range paragraph {
		if at < begin {
			continue
		}
		behind := at + utf8.RuneLen(r)
		switch r {
		case '。', '！', '？':
			cut(closed(paragraph, behind))
		case '.', '!', '?', '…', '؟', '।':
			end := closed(paragraph, behind)
			if end < len(paragraph) && begins(paragraph[end:]) && (r != '.' || !abbreviates(paragraph[begin:at], end == behind)) {
				cut(end)
			}
		}
	}
	cut(len(paragraph))
	return all
}

// closed is where the marks end that close a sentence behind its stop.
func closed(text string, at int) int {
	rest := strings.TrimLeft(text[at:], ".!?…\"'”’»)]」』")
	return len(text) - len(rest)
}

// begins says whether a sentence may begin behind a stop: after a space, and not with a lower-case letter.
func begins(rest string) bool {
	trimmed := strings.TrimLeftFunc(rest, unicode.IsSpace)
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(trimmed, "\"'“‘„«([「『—–- "))
	return len(trimmed) < len(rest) && trimmed != "" && !unicode.IsLower(first)
}

// abbreviates says whether the full stop behind a text belongs to its last word, and so may end no sentence: it does to an
// abbreviation and to an initial, unless a closing mark follows.
func abbreviates(text string, bare bool) bool {
	i := strings.LastIndexFunc(text, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("(\"“‘„«[", r) })
	word := text[i+1:]
	if i >= 0 {
		_, size := utf8.DecodeRuneInString(text[i:])
		word = text[i+size:]
	}
	first, size := utf8.DecodeRuneInString(word)
	switch {
	case !bare || word == "":
		return false
	case size == len(word) && unicode.IsUpper(first): // J. Smith; of "Plan B." it errs, and the sentence is long
		return true
	}
	return slices.Contains(abbreviated, strings.ToLower(word))
}
