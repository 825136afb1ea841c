package staff

import "sync/atomic"

// CountHashes counts from now on how often a gate computes argon2id.
func (g *Gate) CountHashes() *atomic.Int64 {
	var n atomic.Int64
	compute := g.hasher.key
	g.hasher.key = func(password, salt []byte, time, memory uint32, threads uint8, length uint32) []byte {
		n.Add(1)
		return compute(password, salt, time, memory, threads, length)
	}
	return &n
}

// CodeOf is what an app shows at a moment that was given a secret in letters.
func CodeOf(secret string, unix int64) string { return code(mustDecode(secret), unix/30, totpDigits) }
