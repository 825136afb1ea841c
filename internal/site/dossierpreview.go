package site

import (
	"net/http"

	"github.com/courant-news/courant/internal/news"
	"github.com/courant-news/courant/internal/web"
)

// PreviewDossier draws a dossier that is not published as its page would be, for who writes it, as [Site.Preview] does a story.
// Its links lead to the pages that readers have.
func (s *Site) PreviewDossier(r *http.Request, d news.Dossier, pictures string) ([]byte, error) {
	t, err := s.today(r.Context())
	if err != nil {
		return nil, err
	}
	p, err := s.dossierOf(t, d).page(r.Context(), ask{r: r})
	if err != nil {
		return nil, err
	}
	p.preview()
	for i := range p.Photos {
		p.Photos[i] = p.Photos[i].from(pictures)
	}
	return web.Render(r.Context(), dossierPage(p))
}
