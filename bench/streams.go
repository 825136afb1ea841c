package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/courant-news/courant/internal/currency"
	"github.com/courant-news/courant/internal/market"
	"github.com/courant-news/courant/internal/store"
)

const changes = 10 // that are sent to all

// streaming opens n streams of a board and measures the server's memory for each, and how long a change takes to reach all of them
// from the moment of its commit, while one reader in a hundred reads nothing.
func streaming(dir, program string, n int) ([]result, error) {
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		return nil, err
	}
	files.Cur = files.Max
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		return nil, err
	}
	if most := int(files.Cur) - 500; n > most {
		fmt.Fprintf(os.Stderr, "this machine lets a process have %d open files: %d streams\n", files.Cur, most)
		n = most
	}
	data := filepath.Join(dir, "streamed")
	db, err := store.Open(context.Background(), filepath.Join(data, "courant.db"))
	if err != nil {
		return nil, err
	}
	defer db.Close()
	now := time.Now().UTC().Truncate(time.Minute)
	if err := tick(db, 0, now); err != nil {
		return nil, err
	}
	addressFile := filepath.Join(dir, "streamed-address")
	server := exec.CommandContext(context.Background(), program, "serve", "--data", data, "--wire", "off", "--streams", "1000000",
		"--listen", "127.0.0.1:0", "--address-file", addressFile)
	if err := server.Start(); err != nil {
		return nil, err
	}
	defer stop(server)
	address, err := waitFor(func() (string, error) { b, err := os.ReadFile(addressFile); return strings.TrimSpace(string(b)), err })
	if err != nil {
		return nil, err
	}
	resp, err := http.Get("http://" + address + "/markets/") // so that what one reader needs is there before
	if err != nil {
		return nil, err
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	before, err := resident(server.Process.Pid)
	if err != nil {
		return nil, err
	}
	arrived := make(chan time.Duration, n)
	var sent atomic.Int64 // when the present change was committed
	var conns []net.Conn
	defer func() {
		for _, c := range conns {
			c.Close()
		}
	}()
	var opened sync.WaitGroup
	failed := make(chan error, n)
	slots := make(chan struct{}, 200)
	for i := range n {
		slots <- struct{}{}
		c, err := dialFrom(i, address)
		if err != nil {
			return nil, fmt.Errorf("stream %d: %w", i, err)
		}
		conns = append(conns, c)
		opened.Add(1)
		go func() {
			if err := listen(c, address, i%100 == 7, func() { opened.Done(); <-slots }, &sent, arrived); err != nil {
				failed <- err
			}
		}()
	}
	opened.Wait()
	time.Sleep(2 * time.Second)
	after, err := resident(server.Process.Pid)
	if err != nil {
		return nil, err
	}
	began, err := ticks(server.Process.Pid)
	if err != nil {
		return nil, err
	}
	var took []time.Duration
	quick := n - (n+92)/100
	for i := range changes {
		if err := tick(db, i+1, now); err != nil {
			return nil, err
		}
		sent.Store(time.Now().UnixNano())
		for range quick {
			select {
			case d := <-arrived:
				took = append(took, d)
			case err := <-failed:
				return nil, fmt.Errorf("a stream ended: %w", err)
			case <-time.After(30 * time.Second):
				return nil, errors.New("a change does not reach all")
			}
		}
	}
	ended, err := ticks(server.Process.Pid)
	if err != nil {
		return nil, err
	}
	told, err := resident(server.Process.Pid)
	if err != nil {
		return nil, err
	}
	// The server looks into the store once a second for what another process wrote; who waited least tells when it did.
	var waits []time.Duration
	for round := range slices.Chunk(took, quick) {
		first := slices.Min(round)
		for _, d := range round {
			waits = append(waits, d-first)
		}
	}
	slices.Sort(waits)
	at := func(percent int) float64 { return float64(waits[(len(waits)-1)*percent/100].Microseconds()) / 1000 }
	return []result{
		{What: fmt.Sprintf("memory for each of %d streams", n), Unit: "KB RSS", Ours: (after - before) * 1000 / float64(n), Aim: "≤ 8"},
		{What: fmt.Sprintf("the same after %d changes", changes), Unit: "KB RSS", Ours: (told - before) * 1000 / float64(n), Aim: "≤ 8"},
		{What: "a change to all, after the first, p50", Unit: "ms", Ours: at(50)},
		{What: "a change to all, after the first, p99", Unit: "ms", Ours: at(99), Aim: "≤ 500"},
		{What: "telling one reader of it", Unit: "µs CPU", Ours: (ended - began) * 1e6 / float64(changes*n)},
	}, nil
}

// tick records a rate.
func tick(db *store.DB, n int, now time.Time) error {
	source := market.Source{ID: "bench", Name: "Bench", Kind: market.Official, Fresh: 96 * time.Hour, Terms: market.Free}
	value := currency.MustDecimal(fmt.Sprintf("1.1%03d", n))
	said := market.NewObservation("EUR/USD", market.Rate, value, market.Moment{At: now.Add(time.Duration(n-changes) * time.Minute), Seen: time.Now()}, source.ID, "")
	_, err := db.Append(context.Background(), []market.Source{source}, []market.Observation{said}, nil)
	return err
}

// dialFrom connects from one of many loopback addresses: a server lets one address have few streams.
func dialFrom(i int, address string) (net.Conn, error) {
	from := net.TCPAddr{IP: net.IPv4(127, 0, byte(1+i/50/250), byte(1+i/50%250))}
	return (&net.Dialer{LocalAddr: &from, Timeout: 10 * time.Second}).Dial("tcp", address)
}

// listen is one reader: it takes what there is, and then tells of each change how long it took. One who is slow takes nothing more.
func listen(c net.Conn, address string, slow bool, opened func(), sent *atomic.Int64, arrived chan<- time.Duration) error {
	done := sync.OnceFunc(opened)
	defer done()
	if slow {
		_ = c.(*net.TCPConn).SetReadBuffer(4 << 10)
	}
	if _, err := fmt.Fprintf(c, "GET /stream?topics=strip,board:EUR HTTP/1.1\r\nHost: %s\r\n\r\n", address); err != nil {
		return err
	}
	in := bufio.NewReaderSize(c, 1<<10)
	for told := false; ; {
		line, err := in.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return err
		}
		if !bytes.HasPrefix(line, []byte("id: ")) {
			continue
		}
		if told {
			arrived <- time.Duration(time.Now().UnixNano() - sent.Load())
			continue
		}
		told = true
		done()
		if slow {
			select {}
		}
	}
}
