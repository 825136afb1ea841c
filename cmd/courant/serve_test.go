//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// program is a running courant that serves.
type program struct {
	*exec.Cmd
	address string // host and port, from the address file
	private string // those of the metrics
	stdout  *bufio.Reader
	stderr  *bufio.Scanner
	temp    string // its temporary directory
}

// begin starts courant with a free port and waits until it can be read.
func begin(t *testing.T, args ...string) *program {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	file, temp := filepath.Join(t.TempDir(), "address"), t.TempDir()
	ctx, stop := context.WithTimeout(context.Background(), tooLong) // so that nothing outlives a failed test
	t.Cleanup(stop)
	p := &program{Cmd: exec.CommandContext(ctx, self), temp: temp}
	p.Args = append([]string{"courant"}, args...)
	p.Args = append(p.Args, "--listen", "127.0.0.1:0", "--address-file", file, "--metrics", "127.0.0.1:0")
	p.Env = append(os.Environ(), "TMPDIR="+temp, "COURANT_WIRE=off")
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	errs, err := p.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	p.stderr = bufio.NewScanner(errs)
	p.stdout = bufio.NewReader(out)
	paper, err := p.stdout.ReadString('\n')
	metrics, also := p.stdout.ReadString('\n')
	if err != nil || also != nil {
		why, _ := io.ReadAll(errs)
		t.Fatalf("courant %v ended: %s", args, why)
	}
	_, p.private, _ = strings.Cut(strings.TrimSuffix(metrics, "/metrics.\n"), "http://")
	waited(t, func() bool {
		text, err := os.ReadFile(file)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		p.address = strings.TrimSpace(string(text))
		return p.address != ""
	})
	if !strings.Contains(paper, "http://"+p.address+"/") {
		t.Errorf("it says %q, and the address file %q", paper, p.address)
	}
	t.Cleanup(func() {
		if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) && p.ProcessState != nil && p.ProcessState.Success() {
			t.Errorf("the address file is still there, %v", err)
		}
	})
	return p
}

// fetch asks for a page and returns its status and text.
func fetch(t *testing.T, url string) (int, string) {
	t.Helper()
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	reply, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer reply.Body.Close()
	body, err := io.ReadAll(reply.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply.StatusCode, string(body)
}

// half sends a request without the one byte of its body, and waits until it has been handled. The server holds the reply
// back until it has the byte, so the request runs on for as long as the test likes.
func (p *program) half(t *testing.T) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", p.address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	fmt.Fprintf(conn, "GET /healthz HTTP/1.1\r\nHost: %s\r\nContent-Length: 1\r\n\r\n", p.address)
	waited(t, func() bool {
		_, seen := fetch(t, "http://"+p.private+"/metrics")
		return strings.Contains(seen, `/healthz",status="200"} 1`)
	})
	return conn
}

// stopping sends a signal and waits until the program says that it stops.
func (p *program) stopping(t *testing.T, signal os.Signal) {
	t.Helper()
	if err := p.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	for p.stderr.Scan() {
		if strings.Contains(p.stderr.Text(), "stopping") {
			return
		}
	}
	t.Fatal("it never said that it stops")
}

func TestASignalLetsTheRunningRequestFinishAndExitsWithZero(t *testing.T) {
	for _, command := range []string{"serve", "demo"} {
		for _, signal := range []os.Signal{syscall.SIGINT, syscall.SIGTERM} {
			t.Run(fmt.Sprint(command, " ", signal), func(t *testing.T) {
				data := filepath.Join(t.TempDir(), "data")
				args := []string{command}
				if command == "serve" { // the demonstration makes and removes its own directory
					args = append(args, "--data", data)
				}
				p := begin(t, args...)
				if status, body := fetch(t, "http://"+p.address+"/"); status != 200 || !strings.Contains(body, "</html>") {
					t.Errorf("the front page: %d, %d bytes", status, len(body))
				}
				if status, body := fetch(t, "http://"+p.address+"/readyz"); status != 200 || body != "ready\n" {
					t.Errorf("/readyz: %d %q", status, body)
				}
				conn := p.half(t)
				p.stopping(t, signal)
				fmt.Fprint(conn, "x")
				reply, err := http.ReadResponse(bufio.NewReader(conn), nil)
				if err != nil {
					t.Fatalf("the running request: %v", err)
				}
				if body, err := io.ReadAll(reply.Body); err != nil || reply.StatusCode != 200 || string(body) != "alive\n" {
					t.Errorf("the running request: %s %q, %v", reply.Status, body, err)
				}
				if err := p.Wait(); err != nil {
					t.Errorf("it ended with %v", err)
				}
				if left, err := os.ReadDir(p.temp); err != nil || len(left) != 0 {
					t.Errorf("it left %v, %v", left, err)
				}
			})
		}
	}
}

func TestTheFirstStartPrintsOneLinkForTheFirstOwner(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	p := begin(t, "serve", "--data", data)
	_, port, _ := strings.Cut(p.address, ":")
	line, err := p.stdout.ReadString('\n')
	if err != nil || !strings.Contains(line, "becomes the owner, once, within a day: http://localhost:"+port+"/desk/welcome/") {
		t.Errorf("it says %q, %v", line, err)
	}
	var out, errs bytes.Buffer
	if code := run([]string{"staff", "add", "Ann", "--email", "ann@paper.example", "--role", "owner", "--data", data}, &out, &errs); code != 0 {
		t.Fatalf("beside a running paper: %s", errs.String())
	}
	p.stopping(t, syscall.SIGTERM)
	rest, err := io.ReadAll(p.stdout)
	if err != nil || len(rest) > 0 {
		t.Errorf("it goes on with %q, %v", rest, err)
	}
	if err := p.Wait(); err != nil {
		t.Error(err)
	}
	again := begin(t, "serve", "--data", data)
	again.stopping(t, syscall.SIGTERM)
	if rest, err := io.ReadAll(again.stdout); err != nil || len(rest) > 0 {
		t.Errorf("where somebody was invited it prints %q, %v", rest, err)
	}
	if err := again.Wait(); err != nil {
		t.Error(err)
	}
}

func TestASecondSignalEndsItAtOnce(t *testing.T) {
	p := begin(t, "serve", "--data", filepath.Join(t.TempDir(), "data"))
	p.half(t) // it is waited for
	p.stopping(t, syscall.SIGTERM)
	if err := p.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	err := p.Wait()
	if status, ok := p.ProcessState.Sys().(syscall.WaitStatus); !ok || !status.Signaled() || status.Signal() != syscall.SIGINT {
		t.Errorf("it ended with %v, want by the second signal", err)
	}
}

func TestMetricsAreOnThePrivateAddressOnly(t *testing.T) {
	for _, command := range []string{"serve", "demo"} {
		t.Run(command, func(t *testing.T) {
			p := begin(t, command, "--data", filepath.Join(t.TempDir(), "data"))
			if status, body := fetch(t, "http://"+p.private+"/metrics"); status != 200 || !strings.Contains(body, `courant_store_rows{kind="story"}`) {
				t.Errorf("the private address: %d\n%s", status, body)
			}
			for _, url := range []string{p.address + "/metrics", p.private + "/", p.private + "/healthz"} {
				if status, body := fetch(t, "http://"+url); status != 404 || strings.Contains(body, "courant_store_rows") {
					t.Errorf("%s: %d", url, status)
				}
			}
			p.stopping(t, syscall.SIGTERM)
			if err := p.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestWhatCannotBeServedIsSaidInOneSentence(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", t.TempDir())
	t.Setenv("COURANT_WIRE", "off") // what sources fail to answer is another matter
	cases := []struct {
		args []string
		code int
		says []string
	}{
		{[]string{"--listen", taken.Addr().String()}, 5, []string{taken.Addr().String(), "--listen", "127.0.0.1:0"}},
		{[]string{"--listen", "127.0.0.1:0", "--metrics", taken.Addr().String()}, 5, []string{taken.Addr().String(), "--metrics"}},
		{[]string{"--data", filepath.Join(file, "below")}, 2, []string{filepath.Join(file, "below"), "name another"}},
		{[]string{"--listen", "127.0.0.1:0", "--address-file", filepath.Join(file, "address")}, 2, []string{filepath.Join(file, "address")}},
		{[]string{"--no-such-flag"}, 2, []string{"--no-such-flag", "--help"}},
	}
	if runtime.GOOS == "linux" { // where nobody may write, not even root
		cases = append(cases, cases[2])
		cases[len(cases)-1].args = []string{"--data", "/proc/courant"}
		cases[len(cases)-1].says = []string{"/proc/courant", "name another"}
	}
	for _, command := range []string{"serve", "demo"} {
		for _, c := range cases {
			args := append([]string{command, "--wire", "off"}, c.args...) // a fetch that fails meanwhile would be another line
			if !strings.Contains(strings.Join(args, " "), "--data") {
				args = append(args, "--data", filepath.Join(t.TempDir(), "data"))
			}
			var out, errs bytes.Buffer
			code := run(args, &out, &errs)
			if code != c.code || !strings.HasPrefix(errs.String(), "courant: ") || strings.Count(errs.String(), "\n") != 1 {
				t.Errorf("courant %v exits with %d and says %q; want %d and one line", args, code, errs.String(), c.code)
			}
			for _, part := range c.says {
				if !strings.Contains(errs.String(), part) {
					t.Errorf("courant %v says %q, without %q", args, errs.String(), part)
				}
			}
		}
	}
}
