package main

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Languages whose names are embedded, besides English: like beside like, which packs them a tenth smaller.
const languages = `da nb sv de nl es pt it fr ro pl cs bg ru uk hu fi tr az id vi el ka hy ar fa he hi bn th ja zh ko`

// names holds CLDR's display names: language, then code.
type names map[string]map[string]string

func (n names) english(code string) string { return n["en"][code] }

func readNames(dir string) (names, error) {
	all := names{}
	for _, lang := range append([]string{"en"}, strings.Fields(languages)...) {
		folder := lang
		if lang == "nb" {
			folder = "no" // CLDR keeps Bokmål's data at the macrolanguage
		}
		b, err := os.ReadFile(filepath.Join(dir, "main", folder, "currencies.json"))
		if err != nil {
			return nil, err
		}
		var doc struct {
			Main map[string]struct {
				Numbers struct {
					Currencies map[string]struct {
						DisplayName string `json:"displayName"`
					} `json:"currencies"`
				} `json:"numbers"`
			} `json:"main"`
		}
		if err := json.Unmarshal(b, &doc); err != nil {
			return nil, fmt.Errorf("%s: %w", lang, err)
		}
		all[lang] = map[string]string{}
		for code, c := range doc.Main[folder].Numbers.Currencies {
			if c.DisplayName != code {
				all[lang][code] = c.DisplayName
			}
		}
	}
	return all, nil
}

// keptNames reads the English names from the table that is about to be replaced.
func keptNames(out string) (names, error) {
	rows, err := readCSV(filepath.Join(out, "currencies.csv"))
	if err != nil {
		return nil, err
	}
	english := map[string]string{}
	for _, r := range rows {
		if strings.Contains(r["source"], cldrNames) {
			english[r["code"]] = r["name"]
		}
	}
	return names{"en": english}, nil
}

// writeNames packs the names of what is current or was retired in this century: older ones are met only in English,
// and would make the file a third larger.
func writeNames(path string, n names, currencies [][]string) error {
	const retired, name = 8, 1
	var codes, english []string
	for _, row := range currencies[1:] {
		if row[retired] == "" || row[retired] >= "2000" {
			codes, english = append(codes, row[0]), append(english, row[name])
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "code\t%s\n", strings.Join(codes, "\t"))
	for _, lang := range strings.Fields(languages) {
		b.WriteString(lang)
		for i, code := range codes {
			b.WriteByte('\t')
			if s := n[lang][code]; s != english[i] {
				b.WriteString(s)
			}
		}
		b.WriteByte('\n')
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	z, err := gzip.NewWriterLevel(f, gzip.BestCompression)
	if err != nil {
		return err
	}
	if _, err := z.Write([]byte(b.String())); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	return f.Close()
}
