package ai.scailabs.vault.api.listener;

import org.apache.coyote.http11.Http11NioProtocol;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;

/**
 * HTTP/1.1 as the container speaks it, with less memory for each connection: who waits for events holds one for up to a minute, and many may. The head of a request may be as long as before; what is usual of the rest
 * fits in, and what is longer goes through in more pieces. The container makes it by its name.
 */
public final class LeanHttp extends Http11NioProtocol {
    /** Of an answer on its way, in bytes and once more in characters, which nobody here writes. What is longer passes by it. */
    private static final int ANSWER_BYTES = 2 * 1024;

    /** Of what is read at once; the head has room for it besides. Most requests are shorter. */
    private static final int READ_BYTES = 4 * 1024;

    /** Headers after a body in pieces, which nobody here reads. */
    private static final int TRAILER_BYTES = 1024;

    public LeanHttp() {
        setMaxTrailerSize(TRAILER_BYTES);
        setProperty("socket.appReadBufSize", String.valueOf(READ_BYTES));
    }

    /** Has a server speak it. */
    public static WebServerFactoryCustomizer<TomcatServletWebServerFactory> installed() {
        return factory -> factory.setProtocol(LeanHttp.class.getName());
    }

    @Override
    public int getDesiredBufferSize() {
        return ANSWER_BYTES;
    }
}
