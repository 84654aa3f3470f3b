package ai.scailabs.vault.kms.azure;

import ai.scailabs.vault.testkit.TestAuthority;
import com.azure.core.http.HttpClient;
import com.azure.core.http.netty.NettyAsyncHttpClientBuilder;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.resolver.AbstractAddressResolver;
import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Azure's HTTP client, to which the hosts of Azure are ports of this machine. Names in certificates are verified as ever. */
final class LoopbackNames extends AddressResolverGroup<InetSocketAddress> {
    private final Map<String, Integer> ports;

    private LoopbackNames(Map<String, Integer> ports) {
        this.ports = ports;
    }

    static HttpClient client(Map<String, Integer> ports, TestAuthority authority, Duration longest) {
        reactor.netty.http.client.HttpClient base = reactor.netty.http.client.HttpClient.create()
                .resolver(new LoopbackNames(ports))
                .secure(tls -> tls.sslContext(reactor.netty.http.Http11SslContextSpec.forClient()
                        .configure(builder -> trust(builder, authority))));
        return new NettyAsyncHttpClientBuilder(base)
                .connectTimeout(longest)
                .writeTimeout(longest)
                .responseTimeout(longest)
                .readTimeout(longest)
                .build();
    }

    private static void trust(SslContextBuilder builder, TestAuthority authority) {
        builder.trustManager(authority.certificate());
    }

    @Override
    protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
        return new AbstractAddressResolver<>(executor, InetSocketAddress.class) {
            @Override
            protected boolean doIsResolved(InetSocketAddress address) {
                return !address.isUnresolved();
            }

            @Override
            protected void doResolve(InetSocketAddress unresolved, Promise<InetSocketAddress> promise) {
                Integer port = ports.get(unresolved.getHostString());
                if (port == null) {
                    promise.setFailure(new UnknownHostException(unresolved.getHostString()));
                } else {
                    promise.setSuccess(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
                }
            }

            @Override
            protected void doResolveAll(InetSocketAddress unresolved, Promise<List<InetSocketAddress>> promise) {
                Integer port = ports.get(unresolved.getHostString());
                if (port == null) {
                    promise.setFailure(new UnknownHostException(unresolved.getHostString()));
                } else {
                    promise.setSuccess(List.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)));
                }
            }
        };
    }
}
