package ai.scailabs.vault.testkit;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What a directory answers. */
record AcmeAnswer(int status, String contentType, byte[] body, List<Map.Entry<String, String>> headers) {
    static AcmeAnswer of(int status, String contentType, String body) {
        return new AcmeAnswer(status, contentType, body.getBytes(StandardCharsets.UTF_8), List.of());
    }

    static AcmeAnswer json(int status, Map<String, ?> document) {
        return of(status, "application/json", JSONObjectUtils.toJSONString(document));
    }

    AcmeAnswer with(String header, String value) {
        List<Map.Entry<String, String>> more = new ArrayList<>(headers);
        more.add(Map.entry(header, value));
        return new AcmeAnswer(status, contentType, body, more);
    }

    @Override
    public String toString() {
        return "AcmeAnswer[" + status + "]";
    }
}
