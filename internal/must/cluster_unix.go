//go:build unix

package must

import (
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
)

// startCluster makes and starts a PostgreSQL cluster in a new temporary directory and returns its URL. The cluster is
// reached by a Unix socket in that directory, so it needs no port and no two of them can meet.
func startCluster() (string, error) {
	bin := postgresBin()
	if bin == "" {
		return "", errNoPostgres
	}
	dir, err := os.MkdirTemp("", "courant-pg-")
	if err != nil {
		return "", err
	}
	as, err := owner(dir)
	if err != nil {
		os.RemoveAll(dir)
		return "", err
	}
	data := filepath.Join(dir, "data")
	run := func(name string, arg ...string) error {
		cmd := exec.Command(filepath.Join(bin, name), arg...)
		cmd.Dir = dir
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as}
		// A file and not a pipe: the server inherits it, and a pipe would be waited for until the server ends.
		log, err := os.OpenFile(filepath.Join(dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o666)
		if err != nil {
			return err
		}
		defer log.Close()
		cmd.Stdout, cmd.Stderr = log, log
		if err := cmd.Run(); err != nil {
			said, _ := os.ReadFile(log.Name())
			return fmt.Errorf("%s: %w\n%s", name, err, said)
		}
		return nil
	}
	err = run("initdb", "-D", data, "-U", "courant", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
	if err == nil {
		err = watch(dir, bin, data, as)
	}
	if err == nil {
		err = run("pg_ctl", "-D", data, "-w", "-l", filepath.Join(dir, "server.log"), "-o", "-F -k "+dir+
			" -c listen_addresses= -c synchronous_commit=off -c full_page_writes=off -c max_connections=200 -c jit=off", "start")
	}
	if err != nil {
		os.RemoveAll(dir)
		return "", err
	}
	return "postgres:///postgres?" + url.Values{"host": {dir}, "user": {"courant"}, "sslmode": {"disable"}}.Encode(), nil
}

// watch starts a shell that waits for this process to end, however it ends, and then stops the cluster and removes its
// directory. It learns of the end by its standard input: the only writer of that pipe is this process. A cleanup of the
// last test would be simpler but no test knows that it is the last, and a panic runs none.
func watch(dir, bin, data string, as *syscall.Credential) error {
	cmd := exec.Command("/bin/sh", "-c", `cat; "$1/pg_ctl" -D "$2" -m immediate -w stop; rm -rf "$3"`, "watch", bin, data, dir)
	cmd.Dir = "/"
	// Its own process group, so that Ctrl-C in the terminal does not end the watch before the watched.
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: as, Setpgid: true}
	if _, err := cmd.StdinPipe(); err != nil { // held open by cmd, on purpose never closed
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	go cmd.Wait() // keeps cmd, and so the pipe, reachable
	return nil
}

// owner gives dir to the user that will run the server and returns how to become that user: nil for ourselves, else
// "postgres" (or "nobody"), because initdb refuses to run as root.
func owner(dir string) (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		u, err = user.Lookup("nobody")
	}
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, os.Chown(dir, int(uid), int(gid))
}

// postgresBin returns the directory with initdb and pg_ctl: of PATH, else the newest that Debian has (which keeps them
// out of PATH), else "".
func postgresBin() string {
	var dirs []string
	if path, err := exec.LookPath("pg_ctl"); err == nil {
		dirs = append(dirs, filepath.Dir(path))
	}
	debian, _ := filepath.Glob("/usr/lib/postgresql/*/bin") // the only error is a bad pattern
	slices.SortFunc(debian, func(a, b string) int { return version(b) - version(a) })
	for _, dir := range append(dirs, debian...) {
		_, noInit := os.Stat(filepath.Join(dir, "initdb"))
		_, noCtl := os.Stat(filepath.Join(dir, "pg_ctl"))
		if noInit == nil && noCtl == nil {
			return dir
		}
	}
	return ""
}

// version reads 17 from /usr/lib/postgresql/17/bin.
func version(bin string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(bin)))
	return n
}
