import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OpenClawGateway, type OpenClawVersion, openclawInstall } from '../support/openclaw-gateway.ts';

/**
 * OpenClaw's program as a person has it whose gateway is a service: `gateway stop` and `gateway start` act on the gateway of the test,
 * which no service manager of this machine knows, and everything else is the real program.
 */
export class GatewayService implements AsyncDisposable {
  readonly program: string;
  /** `stop` and `start`, in order. */
  readonly asked: string[] = [];
  readonly #server: Server;
  readonly #folder: string;

  private constructor(server: Server, folder: string) {
    this.#server = server;
    this.#folder = folder;
    this.program = join(folder, 'openclaw');
  }

  static async of(gateway: OpenClawGateway, version: OpenClawVersion): Promise<GatewayService> {
    const server = createServer((request, response) => {
      const word = request.url?.slice(1) ?? '';
      service.asked.push(word);
      const done = word === 'stop' ? gateway.stop() : gateway.start();
      done.then(
        () => response.end(),
        () => response.writeHead(500).end(),
      );
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const service = new GatewayService(server, mkdtempSync(join(realpathSync(tmpdir()), 'clawback-service-')));
    const { port } = server.address() as AddressInfo;
    const real = join(openclawInstall(version), 'node_modules/openclaw/openclaw.mjs');
    const ask = `fetch('http://127.0.0.1:${port}/' + process.argv[1], { method: 'POST' }).then(({ ok }) => process.exit(ok ? 0 : 1))`;
    const lines = [
      '#!/bin/sh',
      `[ "$1" = gateway ] && exec "${process.execPath}" -e "${ask}" "$2"`,
      `exec "${process.execPath}" "${real}" "$@"`,
    ];
    writeFileSync(service.program, `${lines.join('\n')}\n`, { mode: 0o755 });
    return service;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((closed) => this.#server.close(() => closed()));
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
