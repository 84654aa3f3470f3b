package ai.scailabs.vault.outbound.aws;

import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.HttpSigner;
import software.amazon.awssdk.http.auth.spi.signer.SignedRequest;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sts.StsClient;

/**
 * The question to AWS's STS who somebody is, signed and not sent: whoever gets it may send it once more within minutes, and learns from the answer who signed it, and nothing else.
 *
 * @param url where it would be sent
 * @param headers that were signed, and the signature
 */
public record SignedIdentity(URI url, String body, Map<String, List<String>> headers) {
    private static final String BODY = "Action=GetCallerIdentity&Version=2011-06-15";
    /** The endpoint without a region is of this one. */
    private static final String FIRST_REGION = "us-east-1";

    /**
     * @param region of the STS; absent for the one endpoint that needs none
     * @param also headers to sign besides
     * @throws RuntimeException when nothing can be signed with such keys
     */
    public static SignedIdentity of(
            AwsIdentity.AccessKey keys, @Nullable String region, Map<String, String> also, Clock clock) {
        URI url = region == null
                ? URI.create("https://sts.amazonaws.com/")
                : URI.create("https://" + StsClient.serviceMetadata().endpointFor(Region.of(region)) + "/");
        SdkHttpRequest.Builder request = SdkHttpRequest.builder()
                .method(SdkHttpMethod.POST)
                .uri(url)
                .putHeader("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
        also.forEach(request::putHeader);
        SignedRequest signed = AwsV4HttpSigner.create()
                .sign(sign -> sign.identity(keys.credentials())
                        .request(request.build())
                        .payload(() -> new ByteArrayInputStream(BODY.getBytes(StandardCharsets.UTF_8)))
                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "sts")
                        .putProperty(AwsV4HttpSigner.REGION_NAME, region == null ? FIRST_REGION : region)
                        .putProperty(HttpSigner.SIGNING_CLOCK, clock));
        return new SignedIdentity(url, BODY, new TreeMap<>(signed.request().headers()));
    }

    /** The signature is good for whoever has it. */
    @Override
    public String toString() {
        return "SignedIdentity[" + url + "]";
    }
}
