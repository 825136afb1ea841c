package web

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/courant-news/courant/internal/fault"
)

// Proxies are the addresses whose word is taken for who asks, and how: those of the operator's own proxies. Of everybody
// else the headers X-Forwarded-… are thrown away, since anybody can write them.
type Proxies []netip.Prefix

// ParseProxies reads addresses and networks with commas between: "127.0.0.1,10.0.0.0/8". Empty is none. The error is
// fault.Invalid.
func ParseProxies(text string) (Proxies, error) {
	var all Proxies
	for word := range strings.SplitSeq(text, ",") {
		if word = strings.TrimSpace(word); word == "" {
			continue
		}
		prefix, err := netip.ParsePrefix(word)
		if err != nil {
			var address netip.Addr
			if address, err = netip.ParseAddr(word); err == nil && address.Zone() == "" {
				prefix = netip.PrefixFrom(address.Unmap(), address.Unmap().BitLen())
			}
		}
		if !prefix.IsValid() {
			return nil, fault.Because(fault.Invalid, "%.50q is no address and no network: write it as 127.0.0.1 or 10.0.0.0/8", word)
		}
		all = append(all, prefix)
	}
	return all, nil
}

// Proxied stands before everything else and gives each request that one of the proxies brings the address of whom it came from: in X-Forwarded-For the
// last that is no proxy of ours, since what stands before it the asker may have written himself. X-Forwarded-Proto passes.
func (p Proxies) Proxied(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		peer, err := netip.ParseAddrPort(r.RemoteAddr)
		if err != nil || !p.trust(peer.Addr()) {
			if forwarded(r) {
				asked := *r
				asked.Header = r.Header.Clone()
				for name := range asked.Header {
					if strings.HasPrefix(name, forwardedPrefix) {
						delete(asked.Header, name)
					}
				}
				r = &asked
			}
			h.ServeHTTP(w, r)
			return
		}
		believed(r)
		hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		for _, hop := range slices.Backward(hops) {
			address, err := netip.ParseAddr(strings.TrimSpace(hop))
			if err != nil {
				break // what stands before a word that is no address nobody vouches for
			}
			peer = netip.AddrPortFrom(address, 0)
			if !p.trust(address) {
				break
			}
		}
		asked := *r
		asked.RemoteAddr = peer.String()
		h.ServeHTTP(w, &asked)
	})
}

const forwardedPrefix = "X-Forwarded-"

func forwarded(r *http.Request) bool {
	for name := range r.Header {
		if strings.HasPrefix(name, forwardedPrefix) {
			return true
		}
	}
	return false
}

func (p Proxies) trust(address netip.Addr) bool {
	return slices.ContainsFunc(p, func(prefix netip.Prefix) bool { return prefix.Contains(address.Unmap().WithZone("")) })
}
