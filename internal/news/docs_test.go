package news_test

import (
	"os"
	"regexp"
	"testing"

	"github.com/courant-news/courant/internal/news"
)

// What the documents show as a figure is one.
func TestTheFiguresOfTheDocumentsAreWellFormed(t *testing.T) {
	count := 0
	for _, file := range []string{"../../docs/figures.md", "../../docs/archive-format.md", "../../ARCHITECTURE.md"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`\{\{([^{}\n]*)\}\}`).FindAllStringSubmatch(string(text), -1) {
			count++
			if _, err := news.ParseFigure(m[1]); err != nil {
				t.Errorf("%s: %v", file, err)
			}
		}
	}
	if count < 20 {
		t.Errorf("only %d figures are shown", count)
	}
}
