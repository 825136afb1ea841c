package provider

import "github.com/courant-news/courant/internal/wire"

func listD() []wire.Provider {
	return []wire.Provider{hkma(), imf()}
}
