package provider

import "github.com/courant-news/courant/internal/wire"

func listB() []wire.Provider { return []wire.Provider{bdi()} }
