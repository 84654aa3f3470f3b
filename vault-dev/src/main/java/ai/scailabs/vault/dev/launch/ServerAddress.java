package ai.scailabs.vault.dev.launch;

import java.util.Map;
import java.util.Optional;

/**
 * Where the server listens and how clients call it.
 *
 * @param bind as {@code BIND_ADDRESS} takes it
 * @param host of {@code bind}
 * @param port of {@code bind}
 * @param baseUrl without a slash at the end
 */
record ServerAddress(String bind, String host, int port, String baseUrl) {

    /** {@code --port} beats {@code BIND_ADDRESS}, which beats the default. */
    static ServerAddress choose(Optional<Integer> port, LoopbackPorts ports, Map<String, String> environment) {
        if (environment.containsKey("TLS_MANAGED_CERTIFICATE")) {
            throw new LaunchFailure(
                    "bin/run does not take TLS_MANAGED_CERTIFICATE, as it would not know whether to trust"
                            + " what the server shows: set TLS_CERT_FILE and TLS_KEY_FILE");
        }
        String bind = port.map(wanted -> "127.0.0.1:" + (wanted == 0 ? ports.anyFree() : wanted))
                .or(() -> Optional.ofNullable(environment.get("BIND_ADDRESS")))
                .orElse("127.0.0.1:" + LaunchOptions.DEFAULT_PORT);
        int colon = bind.lastIndexOf(':');
        if (colon < 1 || !bind.substring(colon + 1).matches("[0-9]{1,5}")) {
            throw new LaunchFailure("BIND_ADDRESS must be host:port, such as 127.0.0.1:8200");
        }
        String host = bind.substring(0, colon);
        int number = Integer.parseInt(bind.substring(colon + 1));
        String scheme = environment.containsKey("TLS_CERT_FILE") ? "https" : "http";
        String baseUrl = Optional.ofNullable(environment.get("BASE_URL"))
                .orElse(scheme + "://" + (host.equals("0.0.0.0") ? "127.0.0.1" : host) + ":" + number);
        return new ServerAddress(bind, host.replaceAll("[\\[\\]]", ""), number, baseUrl.replaceAll("/+$", ""));
    }

    /** @throws LaunchFailure when another program listens there */
    void requireFree() {
        if (!LoopbackPorts.isFree(host, port)) {
            throw new LaunchFailure(
                    "port " + port + " is taken by another program: choose one with --port N (0 is any free one)");
        }
    }
}
