package ai.scailabs.vault.outbound.http;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request whose body may be of any size.
 *
 * @param headers besides {@code Host}, {@code Connection} and those that frame the body, which are not looked at
 * @param body null for none
 * @param patience until the head of the answer is there
 */
public record Outgoing(
        String method,
        URI location,
        List<Map.Entry<String, String>> headers,
        @Nullable Body body,
        Duration patience) {
    /** Bytes that are sent. */
    public interface Body {
        /** How many. */
        long length();

        /** Writes them all. Does not close the stream. */
        void writeTo(OutputStream out) throws IOException;

        /** Those of the array, which stays the caller's. */
        static Body of(byte[] bytes) {
            return new Bytes(bytes);
        }
    }

    /** Without headers, query and body, which may hold credentials. */
    @Override
    public String toString() {
        return "Outgoing[" + method + " " + location.getHost() + "]";
    }
}
