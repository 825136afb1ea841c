package provider

import "github.com/courant-news/courant/internal/wire"

func listA() []wire.Provider { return []wire.Provider{} }
