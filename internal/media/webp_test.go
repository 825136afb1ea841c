//go:build nodynamic

package media_test

const writesWebP = true
