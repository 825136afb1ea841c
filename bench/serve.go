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
	readers = 8
	rounds  = 5
)

// questions are what readers and programs ask most.
var questions = []struct {
	what, path string
	again      bool // whether the asker has it already and names its ETag
	aim        string
}{
	{"story page", "/2026/02/02/baku-and-moscow-drift-apart", false, "≤ 1.5"},
	{"table of all rates", "/api/latest", false, "≤ 1.5"},
	{"the same, not modified", "/api/latest", true, "≤ 1.2"},
}

// serving compares the demonstration's replies with nginx serving the same compressed bytes, by the CPU that each server
// needs for a request, and reads the server's memory.
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
	for _, q := range questions {
		body, _, err := fetch(ours, q.path)
		if err != nil {
			return nil, err
		}
		file := filepath.Join(dir, "www", q.path)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return nil, err
		}
		if err := os.WriteFile(file, body, 0o644); err != nil {
			return nil, err
		}
	}
	theirs, worker, done, err := nginx(dir)
	if err != nil {
		fmt.Fprintln(os.Stderr, "no peer for serving:", err)
	} else {
		defer done()
	}
	var results []result
	for _, q := range questions {
		r := result{Unit: "µs CPU", Name: "nginx", Aim: q.aim}
		for range rounds {
			size, mine, err := load(ours, q.path, q.again, server.Process.Pid, requests)
			if err != nil {
				return nil, err
			}
			r.What, r.Ours = fmt.Sprintf("%s, %d bytes gzip", q.what, size), least(r.Ours, mine)
			if worker != 0 {
				_, other, err := load(theirs, q.path, q.again, worker, requests)
				if err != nil {
					return nil, err
				}
				r.Peer = least(r.Peer, other)
			}
		}
		if r.Peer > 0 {
			r.Ratio = r.Ours / r.Peer
		}
		results = append(results, r)
	}
	memory, err := resident(server.Process.Pid)
	return append(results, result{What: "memory of the server after them", Unit: "MB RSS", Ours: memory, Aim: "< 60"}), err
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

// fetch is a reply's compressed body and its ETag.
func fetch(address, path string) (body []byte, etag string, err error) {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://"+address+path, nil)
	if err != nil {
		return nil, "", err
	}
	req.Header.Set("Accept-Encoding", "gzip")
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		return nil, "", err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Encoding") != "gzip" || resp.Header.Get("ETag") == "" {
		return nil, "", fmt.Errorf("%s answers %s, encoded %q", path, resp.Status, resp.Header.Get("Content-Encoding"))
	}
	body, err = io.ReadAll(resp.Body)
	return body, resp.Header.Get("ETag"), err
}

const nginxConfig = `worker_processes 1; daemon off; pid %[1]s/nginx.pid; error_log %[1]s/error.log;
events { worker_connections 256; }
http {
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 10000000; default_type text/html;
  client_body_temp_path %[1]s/b; proxy_temp_path %[1]s/p; fastcgi_temp_path %[1]s/f; uwsgi_temp_path %[1]s/u; scgi_temp_path %[1]s/s;
  server { listen %[2]s; root %[1]s/www; add_header Content-Encoding gzip; add_header Vary Accept-Encoding; open_file_cache max=10; }
}`

// nginx starts one on a free port for the files below www; its worker's process number is the one whose CPU counts.
func nginx(dir string) (address string, worker int, done func(), err error) {
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

// load asks for a reply over kept connections and returns its size and the server's CPU for a request, in microseconds.
func load(address, path string, again bool, pid, requests int) (size int, cpu float64, err error) {
	body, etag, err := fetch(address, path)
	if err != nil {
		return 0, 0, err
	}
	request := "GET " + path + " HTTP/1.1\r\nHost: " + address + "\r\nAccept-Encoding: gzip\r\n"
	want, size := "HTTP/1.1 200", len(body)
	if again {
		request += "If-None-Match: " + etag + "\r\n"
		want, size = "HTTP/1.1 304", 0
	}
	before, err := ticks(pid)
	if err != nil {
		return 0, 0, err
	}
	failed := make(chan error, readers)
	var wg sync.WaitGroup
	for range readers {
		wg.Go(func() {
			if err := read(address, request+"\r\n", want, size, requests/readers); err != nil {
				failed <- err
			}
		})
	}
	wg.Wait()
	select {
	case err := <-failed:
		return 0, 0, err
	default:
	}
	after, err := ticks(pid)
	return size, (after - before) * 1e6 / float64(requests), err
}

// read is one reader: a connection, a request after the other, each answered with the same status and as many bytes.
func read(address, request, want string, size, n int) error {
	conn, err := net.DialTimeout("tcp", address, 5*time.Second)
	if err != nil {
		return err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(2 * time.Minute)); err != nil {
		return err
	}
	in := bufio.NewReaderSize(conn, 64<<10)
	for range n {
		if _, err := io.WriteString(conn, request); err != nil {
			return err
		}
		length := 0
		status, err := in.ReadString('\n')
		if err != nil {
			return err
		}
		for {
			line, err := in.ReadSlice('\n')
			if err != nil {
				return err
			}
			if len(line) == 2 {
				break
			}
			if value, ok := strings.CutPrefix(string(line), "Content-Length: "); ok {
				if length, err = strconv.Atoi(strings.TrimSpace(value)); err != nil {
					return err
				}
			}
		}
		if !strings.HasPrefix(status, want) || length != size {
			return fmt.Errorf("%s answered %.12s with %d bytes, not %s with %d", address, status, length, want, size)
		}
		if _, err := in.Discard(length); err != nil {
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
