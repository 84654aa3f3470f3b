package ai.scailabs.vault.server.listener;

import ai.scailabs.vault.server.settings.ListenAddress;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Executor;

/** The JDK's HTTP server, in which nobody takes long to send a request or to read the answer, nobody's connections fill the process, and a connection is for one answer. */
public final class PlainHttp {
    private static final int REQUEST_SECONDS = 5;
    /** To make an answer and to have it read. */
    private static final int ANSWER_SECONDS = 30;
    /** Of one port. */
    private static final int CONNECTIONS = 512;

    static {
        // Read once, when the first server of the process is made.
        System.setProperty("sun.net.httpserver.maxReqTime", Integer.toString(REQUEST_SECONDS));
        System.setProperty("sun.net.httpserver.maxRspTime", Integer.toString(ANSWER_SECONDS));
        System.setProperty("jdk.httpserver.maxConnections", Integer.toString(CONNECTIONS));
    }

    private PlainHttp() {}

    /**
     * Serves until it is stopped.
     *
     * @param threads may refuse: the connection is closed
     * @throws IOException when the address cannot be listened on
     */
    public static HttpServer start(ListenAddress address, HttpHandler handler, Executor threads) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(address.address(), address.port()), 0);
        server.createContext("/", exchange -> {
            // Else each further question would have these times again.
            exchange.getResponseHeaders().set("Connection", "close");
            handler.handle(exchange);
        });
        server.setExecutor(threads);
        server.start();
        return server;
    }
}
