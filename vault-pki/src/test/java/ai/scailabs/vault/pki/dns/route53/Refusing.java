package ai.scailabs.vault.pki.dns.route53;

import ai.scailabs.vault.pki.dns.rest.FakeApi;
import java.util.Map;

/** What AWS answers to a key that it does not know. */
final class Refusing extends FakeApi {
    static final Refusing START = new Refusing();

    @Override
    protected Answer answer(Request request) {
        return new Answer(403, Map.of("Content-Type", "text/xml"), """
                <?xml version="1.0"?>
                <ErrorResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><Error><Type>Sender</Type><Code>InvalidClientTokenId</Code>
                <Message>The security token included in the request is invalid: stranger</Message></Error><RequestId>1</RequestId></ErrorResponse>
                """);
    }
}
