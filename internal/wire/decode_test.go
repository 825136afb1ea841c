package wire_test

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"

	"github.com/courant-news/courant/internal/fault"
	"github.com/courant-news/courant/internal/wire"
)

// zipped packs texts into a zip file.
func zipped(t *testing.T, texts ...[]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i, text := range texts {
		f, err := z.Create(strings.Repeat("x", i+1))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(text); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestNoReplyIsReadThatIsLongerThanAllowed(t *testing.T) {
	blanks := bytes.Repeat([]byte(" "), wire.MaxReply+1)
	if _, err := wire.Unzip(zipped(t, blanks)); fault.KindOf(err) != fault.Upstream {
		t.Errorf("a zip file of more than is allowed: %v", err)
	}
	var v struct{}
	if err := wire.JSON(append([]byte("{}"), blanks...), &v); err == nil || fault.KindOf(err) != fault.Upstream {
		t.Errorf("JSON of more than is allowed: %v", err)
	}
}

func TestAZipFileHoldsOneFile(t *testing.T) {
	if text, err := wire.Unzip(zipped(t, []byte("rates"))); err != nil || string(text) != "rates" {
		t.Errorf("%q, %v", text, err)
	}
	for name, body := range map[string][]byte{"none": zipped(t), "two": zipped(t, nil, nil), "cut off": zipped(t, []byte("rates"))[:40]} {
		if _, err := wire.Unzip(body); err == nil || fault.KindOf(err) != fault.Upstream {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestXMLSaysNothingTwice(t *testing.T) {
	type table struct {
		Rates []string `xml:"Rate"`
	}
	for text, good := range map[string]bool{
		`<a><Rate c="USD">1</Rate><Rate c="JPY">2</Rate></a>`:          true,
		`<a><Rate>1</Rate><Rate>1</Rate></a>`:                          true,
		`<a><b><Rate>1</Rate></b><b><Rate>2</Rate></b></a>`:            true,
		`<a><Rate>1</Rate><Rate>2</Rate></a>`:                          false,
		`<a><Rate c="USD">1</Rate><x/><Rate c="USD">2</Rate></a>`:      false,
		`<a><Rate c="USD" c="JPY">1</Rate></a>`:                        false,
		`<a></a></a>`:                                                  false,
		`</a>`:                                                         false,
		`<a/><a/>`:                                                     false,
		`<a/>and more`:                                                 false,
		`<!DOCTYPE a [<!ENTITY e "1">]><a><Rate>&e;</Rate></a>`:        false,
		strings.Repeat("<a>", 40) + "1" + strings.Repeat("</a>", 40):   false,
		`<a><Rate>1</Rate>`:                                            false,
		"<?xml version=\"1.0\" encoding=\"windows-1251\"?><a>\xd0</a>": true,
	} {
		var v table
		if err := wire.XML([]byte(text), &v); (err == nil) != good {
			t.Errorf("%.60s: %v", text, err)
		}
	}
}
