package ai.scailabs.vault.access.trust;

import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The regions of AWS and where each tells who somebody is. A host is looked up here by a name that is known, and never put together from one that was sent. */
public final class AwsRegions {
    private static final Map<String, URI> ENDPOINTS = Stream.concat(
                    Stream.of(
                                    "af-south-1",
                                    "ap-east-1",
                                    "ap-east-2",
                                    "ap-northeast-1",
                                    "ap-northeast-2",
                                    "ap-northeast-3",
                                    "ap-south-1",
                                    "ap-south-2",
                                    "ap-southeast-1",
                                    "ap-southeast-2",
                                    "ap-southeast-3",
                                    "ap-southeast-4",
                                    "ap-southeast-5",
                                    "ap-southeast-7",
                                    "ca-central-1",
                                    "ca-west-1",
                                    "eu-central-1",
                                    "eu-central-2",
                                    "eu-north-1",
                                    "eu-south-1",
                                    "eu-south-2",
                                    "eu-west-1",
                                    "eu-west-2",
                                    "eu-west-3",
                                    "il-central-1",
                                    "me-central-1",
                                    "me-south-1",
                                    "mx-central-1",
                                    "sa-east-1",
                                    "us-east-1",
                                    "us-east-2",
                                    "us-gov-east-1",
                                    "us-gov-west-1",
                                    "us-west-1",
                                    "us-west-2")
                            .map(region -> Map.entry(region, "https://sts." + region + ".amazonaws.com/")),
                    Stream.of("cn-north-1", "cn-northwest-1")
                            .map(region -> Map.entry(region, "https://sts." + region + ".amazonaws.com.cn/")))
            .collect(Collectors.toUnmodifiableMap(Map.Entry::getKey, entry -> URI.create(entry.getValue())));

    private AwsRegions() {}

    public static Set<String> names() {
        return ENDPOINTS.keySet();
    }

    /** Empty for a name that is not known. */
    public static Optional<URI> endpoint(String region) {
        return Optional.ofNullable(ENDPOINTS.get(region));
    }
}
