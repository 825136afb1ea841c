package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/courant-news/courant/internal/store"
)

// remembering fills a store and measures how long the paper takes to begin with it, and what memory it needs then.
func remembering(dir, program string, rows int) ([]result, error) {
	data := filepath.Join(dir, "remembered")
	sources, observations := made(rows)
	db, err := store.Open(context.Background(), filepath.Join(data, "courant.db"))
	if err != nil {
		return nil, err
	}
	_, err = db.Append(context.Background(), sources, observations, nil)
	if closed := db.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return nil, err
	}
	addressFile := filepath.Join(dir, "remembered-address")
	began := time.Now()
	server := exec.CommandContext(context.Background(), program, "serve", "--data", data, "--wire", "off",
		"--listen", "127.0.0.1:0", "--address-file", addressFile)
	if err := server.Start(); err != nil {
		return nil, err
	}
	defer stop(server)
	if _, err := waitFor(func() (string, error) { b, err := os.ReadFile(addressFile); return strings.TrimSpace(string(b)), err }); err != nil {
		return nil, err
	}
	took := time.Since(began).Seconds()
	memory, err := resident(server.Process.Pid)
	return []result{
		{What: fmt.Sprintf("begin with %d observations", rows), Unit: "s", Ours: took, Aim: "≤ 3"},
		{What: "memory then", Unit: "MB RSS", Ours: memory, Aim: "≤ 100"},
	}, err
}
