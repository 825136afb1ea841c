//go:build !unix

package must

// startCluster cannot start one here: COURANT_TEST_POSTGRES is the way on this system.
func startCluster() (string, error) { return "", errNoPostgres }
