import { join } from 'node:path';
import { expect, test } from 'vitest';
import { problemOf } from '../../../main/core/gateway/blocked.ts';
import { openDeviceIdentity } from '../../../main/core/gateway/device-identity.ts';
import { connectToGateway } from '../../../main/core/gateway/gateway-connection.ts';
import { systemClock } from '../../../main/core/platform/clock.ts';
import { CoreError } from '../../../main/core/platform/errors.ts';
import { fakeGateway } from '../../support/fake-gateway.ts';
import { tempDir } from '../../support/temp-dir.ts';

test("another user's program at the gateway's port is told nothing, and the person is told of it", async () => {
  using temp = tempDir();
  await using gateway = await fakeGateway();
  const attempt = connectToGateway({
    address: { url: gateway.url, auth: { mode: 'token', token: 'shared' } },
    identity: openDeviceIdentity(join(temp.path, 'home')),
    name: { displayName: 'Clawback recorder', version: '1.2.3' },
    scopes: ['operator.read'],
    clock: systemClock,
    mayTrust: () => false,
  });
  const error: unknown = await attempt.catch((reason: unknown) => reason);
  expect(gateway.requests).toEqual([]);
  expect(error instanceof CoreError && problemOf(error)).toMatchObject({ code: 'port-taken' });
});
