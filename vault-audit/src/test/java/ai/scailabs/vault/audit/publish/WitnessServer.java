package ai.scailabs.vault.audit.publish;

import ai.scailabs.vault.audit.merkle.ProofCheck;
import ai.scailabs.vault.audit.merkle.TreeHash;
import ai.scailabs.vault.audit.note.Checkpoint;
import ai.scailabs.vault.audit.note.InvalidNote;
import ai.scailabs.vault.audit.note.LogKey;
import ai.scailabs.vault.audit.note.SignedNote;
import ai.scailabs.vault.audit.verify.TestWitness;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/** A witness by the words of c2sp.org/tlog-witness: it takes what follows from what it knows, and nothing else. Also a place that takes anything. */
final class WitnessServer implements AutoCloseable {
    final TestWitness witness = new TestWitness("witness.example.test");
    final List<String> hooked = new ArrayList<>();
    private final HttpServer server;
    private final LogKey log;
    private long size;
    private TreeHash root = TreeHash.EMPTY;
    private int lost;
    private int hookStatus = 204;

    WitnessServer(LogKey log) throws IOException {
        this.log = log;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/w/add-checkpoint", this::add);
        server.createContext("/hook", this::hook);
        server.start();
    }

    URI prefix() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/w");
    }

    URI hookUrl() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/hook");
    }

    long size() {
        return size;
    }

    /** The next answer does not arrive, though what was asked is done. */
    void loseNextAnswer() {
        lost++;
    }

    void answerHooksWith(int status) {
        hookStatus = status;
    }

    private void hook(HttpExchange exchange) throws IOException {
        hooked.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        exchange.sendResponseHeaders(hookStatus, -1);
        exchange.close();
    }

    private void add(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        int blank = body.indexOf("\n\n");
        List<String> head = body.substring(0, blank).lines().toList();
        String note = body.substring(blank + 2);
        try {
            Checkpoint checkpoint = Checkpoint.open(SignedNote.parse(note), log);
            long old = Long.parseLong(head.getFirst().substring("old ".length()));
            if (old != size) {
                answer(exchange, 409, size + "\n");
                return;
            }
            List<TreeHash> proof = head.subList(1, head.size()).stream()
                    .map(line -> TreeHash.of(Base64.getDecoder().decode(line)))
                    .toList();
            if (!ProofCheck.consistency(old, root, checkpoint.size(), checkpoint.root(), proof)) {
                answer(exchange, 422, "");
                return;
            }
            size = checkpoint.size();
            root = checkpoint.root();
            String cosigned = new String(
                    witness.cosigned(note.getBytes(StandardCharsets.UTF_8), 1_800_000_000L), StandardCharsets.UTF_8);
            if (lost > 0) {
                lost--;
                exchange.close();
                return;
            }
            answer(exchange, 200, cosigned.substring(note.length()));
        } catch (InvalidNote stranger) {
            answer(exchange, 403, "");
        }
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
