package provider

import "github.com/courant-news/courant/internal/wire"

func listC() []wire.Provider {
	return []wire.Provider{boi(), cba(), tcmb(), currencyAPI(), currencyNPM(), erapi(), frankfurter()}
}
