package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	storyPage = "/2026/02/02/baku-and-moscow-drift-apart"
	readers   = 8
	rounds    = 5
)

// serving compares the demonstration's story page with nginx serving the same compressed bytes, by the CPU that each
// server needs for a request, and reads the server's memory.
func serving(dir, program string, requests int) ([]result, error) {
	addressFile := filepath.Join(dir, "address")
	server := exec.CommandContext(context.Background(), program, "demo", "--listen", "127.0.0.1:0", "--address-file", addressFile)
	if err := server.Start(); err != nil {
		return nil, err
	}
	defer stop(server)
	ours, err := waitFor(func() (string, error) { b, err := os.ReadFile(addressFile); return strings.TrimSpace(string(b)), err })
	if err != nil {
		return nil, err
	}
	body, err := fetch(ours)
	if err != nil {
		return nil, err
	}
	theirs, pid, done, err := nginx(dir, body)
	if err != nil {
		fmt.Fprintln(os.Stderr, "no peer for serving:", err)
	} else {
		defer done()
	}
	r := result{What: "story page, " + strconv.Itoa(len(body)) + " bytes gzip", Unit: "µs CPU", Name: "nginx", Aim: "≤ 2"}
	for range rounds {
		mine, err := load(ours, server.Process.Pid, requests)
		if err != nil {
			return nil, err
		}
		r.Ours = least(r.Ours, mine)
		if pid != 0 {
			other, err := load(theirs, pid, requests)
			if err != nil {
				return nil, err
			}
			r.Peer = least(r.Peer, other)
		}
	}
	if r.Peer > 0 {
		r.Ratio = r.Ours / r.Peer
	}
	memory, err := resident(server.Process.Pid)
	return []result{r, {What: "memory of the server after it", Unit: "MB RSS", Ours: memory, Aim: "< 60"}}, err
}

func least(a, b float64) float64 {
	if a == 0 {
		return b
	}
	return min(a, b)
}

func stop(cmd *exec.Cmd) {
	_ = cmd.Process.Signal(os.Interrupt)
	_ = cmd.Wait()
}

// waitFor asks until there is an answer, for ten seconds at most.
func waitFor(ask func() (string, error)) (string, error) {
	deadline := time.Now().Add(10 * time.Second)
	for {
		answer, err := ask()
		if err == nil && answer != "" {
			return answer, nil
		}
		if time.Now().After(deadline) {
			return "", fmt.Errorf("it did not start: %w", err)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func fetch(address string) ([]byte, error) {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://"+address+storyPage, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept-Encoding", "gzip")
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Encoding") != "gzip" {
		return nil, fmt.Errorf("the story page answers %s, encoded %q", resp.Status, resp.Header.Get("Content-Encoding"))
	}
	return io.ReadAll(resp.Body)
}

const nginxConfig = `worker_processes 1; daemon off; pid %[1]s/nginx.pid; error_log %[1]s/error.log;
events { worker_connections 256; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 10000000; default_type text/html;
  client_body_temp_path %[1]s/b; proxy_temp_path %[1]s/p; fastcgi_temp_path %[1]s/f; uwsgi_temp_path %[1]s/u; scgi_temp_path %[1]s/s;
  server { listen %[2]s; root %[1]s/www; add_header Content-Encoding gzip; add_header Vary Accept-Encoding; open_file_cache max=10; }
}`

// nginx starts one on a free port; its worker's process number is the one whose CPU counts.
func nginx(dir string, body []byte) (address string, worker int, done func(), err error) {
	path, err := exec.LookPath("nginx")
	if err != nil {
		if path = "/usr/sbin/nginx"; !exists(path) {
			return "", 0, nil, errors.New("nginx is not installed")
		}
	}
	// The workers give up root's rights and must still reach the file.
	if err := os.Chmod(dir, 0o755); err != nil {
		return "", 0, nil, err
	}
	file := filepath.Join(dir, "www", storyPage)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return "", 0, nil, err
	}
	if err := os.WriteFile(file, body, 0o644); err != nil {
		return "", 0, nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", 0, nil, err
	}
	address = l.Addr().String()
	if err := l.Close(); err != nil {
		return "", 0, nil, err
	}
	config := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(config, fmt.Appendf(nil, nginxConfig, dir, address), 0o644); err != nil {
		return "", 0, nil, err
	}
	cmd := exec.CommandContext(context.Background(), path, "-c", config)
	if err := cmd.Start(); err != nil {
		return "", 0, nil, err
	}
	done = func() { _ = cmd.Process.Signal(syscall.SIGQUIT); _ = cmd.Wait() }
	master := cmd.Process.Pid
	found, err := waitFor(func() (string, error) {
		b, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", master, master))
		return strings.TrimSpace(string(b)), err
	})
	if err == nil {
		worker, err = strconv.Atoi(strings.Fields(found)[0])
	}
	return address, worker, done, err
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// load asks for the page over kept connections and returns the server's CPU for a request, in microseconds.
func load(address string, pid, requests int) (float64, error) {
	before, err := ticks(pid)
	if err != nil {
		return 0, err
	}
	failed := make(chan error, readers)
	var wg sync.WaitGroup
	for range readers {
		wg.Go(func() {
			if err := read(address, requests/readers); err != nil {
				failed <- err
			}
		})
	}
	wg.Wait()
	select {
	case err := <-failed:
		return 0, err
	default:
	}
	after, err := ticks(pid)
	return (after - before) * 1e6 / float64(requests), err
}

// read is one reader: a connection, a request after the other.
func read(address string, n int) error {
	conn, err := net.DialTimeout("tcp", address, 5*time.Second)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(2 * time.Minute)); err != nil {
		return err
	}
	request := []byte("GET " + storyPage + " HTTP/1.1\r\nHost: " + address + "\r\nAccept-Encoding: gzip\r\n\r\n")
	in := bufio.NewReaderSize(conn, 64<<10)
	for range n {
		if _, err := conn.Write(request); err != nil {
			return err
		}
		size := -1
		for {
			line, err := in.ReadSlice('\n')
			if err != nil {
				return err
			}
			if len(line) == 2 {
				break
			}
			if value, ok := strings.CutPrefix(string(line), "Content-Length: "); ok {
				if size, err = strconv.Atoi(strings.TrimSpace(value)); err != nil {
					return err
				}
			}
		}
		if size < 1000 {
			return fmt.Errorf("%s answered %d bytes", address, size)
		}
		if _, err := in.Discard(size); err != nil {
			return err
		}
	}
	return nil
}

// ticks is how many seconds of CPU a process has used.
func ticks(pid int) (float64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := strings.Cut(string(b), ") ")
	fields := strings.Fields(rest)
	user, err := strconv.Atoi(fields[11])
	if err != nil {
		return 0, err
	}
	system, err := strconv.Atoi(fields[12])
	return float64(user+system) / 100, err // USER_HZ is 100 on every Linux
}

// resident is a process's memory in megabytes.
func resident(pid int) (float64, error) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(b)) {
		if value, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, err := strconv.Atoi(strings.Fields(value)[0])
			return float64(kb) / 1000, err
		}
	}
	return 0, errors.New("the process tells no VmRSS")
}
