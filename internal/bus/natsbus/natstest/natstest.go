// Package natstest runs a NATS server in the process of a test, so that nothing has to be installed for it. Start at [Start].
package natstest

import (
	"net"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/courant-news/courant/internal/must"
)

// Server is a NATS server, which can be stopped and started again at the same address.
type Server struct {
	URL    string
	t      testing.TB
	port   int
	server *server.Server
}

// Start runs a server until the test ends.
func Start(t testing.TB) *Server {
	t.Helper()
	s := &Server{t: t, port: server.RANDOM_PORT}
	s.Again()
	s.URL = s.server.ClientURL()
	s.port = s.server.Addr().(*net.TCPAddr).Port
	t.Cleanup(s.Stop)
	return s
}

// Again starts the server that was stopped.
func (s *Server) Again() {
	s.t.Helper()
	var err error
	if s.server, err = server.NewServer(&server.Options{Host: "127.0.0.1", Port: s.port, NoSigs: true, NoLog: true}); err != nil {
		must.Skip(s.t, "nats", err.Error())
	}
	s.server.Start()
	if !s.server.ReadyForConnections(time.Minute) {
		must.Skip(s.t, "nats", "the server is not ready after a minute")
	}
}

// Stop stops the server and cuts all connections.
func (s *Server) Stop() {
	s.server.Shutdown()
	s.server.WaitForShutdown()
}

// Clients is how many are connected.
func (s *Server) Clients() int { return s.server.NumClients() }
