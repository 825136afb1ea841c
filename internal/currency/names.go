package currency

import (
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"sync"
)

// maxNames bounds the unpacked file of names, as any reader of compressed data should.
const maxNames = 1 << 20

// translations holds names by language, each list in the order of the codes.
type translations struct {
	index  map[Code]int
	byLang map[string][]string
}

// names unpacks data/names.tsv.gz on first use, since a paper in English never needs it. The first line is the codes,
// each further line a language and its names; an empty name means the English one serves. The file is CLDR's, made by
// gen.
var names = sync.OnceValue(func() translations {
	text, err := unpack()
	if err != nil {
		panic(fmt.Sprintf("currency: names.tsv.gz: %v", err))
	}
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	codes := strings.Split(lines[0], "\t")
	n := translations{index: map[Code]int{}, byLang: map[string][]string{}}
	for i, code := range codes[1:] {
		n.index[Code(code)] = i
	}
	for i, line := range lines[1:] {
		cells := strings.Split(line, "\t")
		if len(cells) != len(codes) {
			panic(fmt.Sprintf("currency: names.tsv.gz: row %d has %d cells, not %d", i+2, len(cells), len(codes)))
		}
		n.byLang[cells[0]] = cells[1:]
	}
	return n
})

func unpack() (string, error) {
	f, err := files.Open("data/names.tsv.gz")
	if err != nil {
		return "", err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return "", err
	}
	b, err := io.ReadAll(io.LimitReader(z, maxNames+1))
	if len(b) > maxNames {
		return "", fmt.Errorf("more than %d bytes", maxNames)
	}
	return string(b), err
}

// translated returns the name in a language, or "" where there is none. Of a tag only the language counts, except
// that Norwegian without a written form is Bokmål, and Chinese in the traditional script is not in the table.
func translated(c Code, tag string) string {
	tag = strings.ToLower(strings.ReplaceAll(tag, "_", "-"))
	lang, rest, _ := strings.Cut(tag, "-")
	switch {
	case lang == "en":
		return ""
	case lang == "no":
		lang = "nb"
	case lang == "zh" && (strings.HasPrefix(rest, "hant") || rest == "tw" || rest == "hk" || rest == "mo"):
		return ""
	}
	list, ok := names().byLang[lang]
	if !ok {
		return ""
	}
	i, ok := names().index[c]
	if !ok {
		return ""
	}
	return list[i]
}
