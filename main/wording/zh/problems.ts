import type { CoreErrorCode } from '../../core/platform/errors.ts';
import type { SelfTestFault } from '../../core/self-test-report.ts';
import type { RefusalCode } from '../../core/types.ts';
import { byCode } from '../by-code.ts';
import type { Messages } from '../catalogue.ts';
import type { ProblemText, ToldProblem } from '../en/problems.ts';

type AppErrorCode = 'forbidden' | 'core-restarting' | 'core-stopped' | 'core-silent' | 'core-crashed';
type GatewayErrorCode = 'timeout' | 'gateway-gone' | 'unreadable';
type ConfigErrorCode = 'config-missing' | 'config-unreadable' | 'config-shape' | 'config-changed' | 'plugins-disabled' | 'plugin-denied';
type StorageErrorCode =
  | 'buffer-missing'
  | 'place-unreadable'
  | 'storage-busy'
  | 'target-same'
  | 'target-in-openclaw'
  | 'target-in-buffer'
  | 'target-not-empty'
  | 'target-not-private'
  | 'target-network'
  | 'target-no-locks'
  | 'target-full';
type ErrorCode =
  | RefusalCode
  | CoreErrorCode
  | AppErrorCode
  | GatewayErrorCode
  | ConfigErrorCode
  | SelfTestFault
  | 'not-a-file'
  | 'restore-open'
  | 'buffer-busy'
  | 'ended'
  | StorageErrorCode;

const again = '请稍后再试。';
const report = '请将此问题报告给我们。';
const asNewSession = '请恢复为新会话，与其他会话并列。';

const errors: Readonly<Record<ErrorCode, ProblemText>> = {
  'gateway-running': {
    message: 'OpenClaw 网关正在运行。',
    hint: '请停止网关（openclaw gateway stop），恢复后再启动；也可以存储为文件，随时都行。',
  },
  'gateway-refused': { message: 'OpenClaw 网关拒绝了请求。', hint: '请查看等待批准的设备（openclaw devices list），或停止网关后再恢复。' },
  'gateway-stopped': { message: 'OpenClaw 网关没有运行。', hint: '请先启动网关（openclaw gateway start），再撤销。' },
  'program-missing': { message: '找不到 openclaw 程序。', hint: '请在启动 Clawback 时用环境变量 CLAWBACK_OPENCLAW 指明它的路径。' },
  'import-refused': { message: 'OpenClaw 的导入没有成功，已还原为原样。', hint: '请改为存储为文件；详情见日志文件。' },
  'session-busy': { message: '此聊天正在进行中。', hint: '请等它空闲后再试，或恢复为新会话。若一直被锁定，重新启动网关即可解锁。' },
  'session-has-transcript': { message: '此会话已经有了会话记录。', hint: asNewSession },
  'session-moved-on': { message: '此聊天已转到另一个会话。', hint: asNewSession },
  'index-unreadable': { message: 'OpenClaw 的对话列表无法读取或修改。', hint: '请改为存储为文件。' },
  'index-locked': { message: 'OpenClaw 的对话列表正被另一个程序锁定。', hint: again },
  'nothing-to-restore': { message: '其中没有可恢复的消息。', hint: '请选择此对话的其他版本。' },
  'mirror-damaged': { message: '此对话的记录已损坏。', hint: '请选择此对话的其他版本。' },
  'target-exists': { message: '此位置已有同名文件。', hint: '请换一个文件名。Clawback 从不覆盖文件。' },
  'target-changed': { message: '恢复的对话已有变动，无法撤销。', hint: '如果不再需要，请在 OpenClaw 中将其删除。' },
  'unsafe-path': { message: '目标位置不安全。', hint: '请改为存储到你自己的文件夹中。' },
  'disk-full': { message: '磁盘空间不足。', hint: '请腾出空间后重试。' },
  'not-permitted': { message: '没有写入此文件夹的权限。', hint: '请以文件夹所有者的身份运行 Clawback，或存储到其他位置。' },
  'buffer-damaged': { message: 'Clawback 的存储已损坏。', hint: '下次启动时，Clawback 会将损坏的部分移到一旁，并重新捕获。' },
  'buffer-locked': { message: '另一个 Clawback 正在使用此存储。', hint: '请先将其退出。' },
  'buffer-missing': {
    message: '找不到存储所在的文件夹，目前不保存任何内容。',
    hint: '请连接该文件夹所在的磁盘。若该磁盘已丢失，可在“偏好设置”的“存储”中新建空存储。',
  },
  'place-unreadable': { message: 'Clawback 目录中的 storage.json 已损坏，无法得知存储的位置。', hint: '请还原该文件。' },
  'storage-busy': { message: 'Clawback 正在移动或抹掉存储。', hint: again },
  'target-same': { message: '存储已在此文件夹中。', hint: '请选择其他文件夹。' },
  'target-in-openclaw': { message: '此文件夹属于 OpenClaw。', hint: '为避免副本与原件一同丢失，请选择其他位置的文件夹。' },
  'target-in-buffer': { message: '此文件夹位于 Clawback 自己的文件夹之内。', hint: '请选择其他位置的文件夹。' },
  'target-not-empty': { message: '此文件夹不是空的。', hint: '请在其中新建一个文件夹，然后选择它。' },
  'target-not-private': { message: '此磁盘无法使文件对其他用户保密。', hint: '请选择为本系统格式化的磁盘，而不是 FAT 或 exFAT。' },
  'target-network': { message: '此文件夹位于另一台电脑上。', hint: '存储需要位于本机磁盘，通过网络使用可能会损坏。' },
  'target-no-locks': { message: '此磁盘无法存放数据库。', hint: '请选择为本系统格式化的本机磁盘。' },
  'target-full': { message: '目标磁盘空间不足。', hint: '请腾出空间，或选择其他磁盘。' },
  ended: { message: '操作已中止。', hint: again },
  'buffer-busy': { message: '有程序一直在读取 Clawback 的存储。', hint: '请关闭其他 Clawback 命令。' },
  'permission-denied': { message: '没有写入权限。', hint: '请检查文件夹的权限和所有者。' },
  'not-found': { message: '找不到此内容。', hint: '它可能已被移除，请重新打开。' },
  invalid: { message: '请求无效。', hint: report },
  refused: { message: '情况已经改变，没有执行。', hint: '请重新查看预览后再试。' },
  io: { message: '读写失败。', hint: '请检查磁盘后重试。' },
  bug: { message: '出现意外错误。', hint: '请查看 Clawback 的日志文件，并将此问题报告给我们。' },
  forbidden: { message: '不允许此操作。', hint: '请重新选择位置。' },
  'core-restarting': { message: '记录进程在应答时停止了。', hint: '正在重新启动，请稍后再试。' },
  'core-stopped': { message: 'Clawback 正在退出。', hint: '重新打开即可继续。' },
  'core-silent': { message: '记录进程没有响应。', hint: '请查看 Clawback 的日志文件。' },
  'core-crashed': { message: '记录进程意外退出。', hint: '请退出并重新打开 Clawback；详情见日志文件。' },
  timeout: { message: 'OpenClaw 网关没有及时应答。', hint: again },
  'gateway-gone': { message: 'OpenClaw 网关不在运行。', hint: 'Clawback 会自动重试。' },
  unreadable: { message: '无法读取 OpenClaw 网关的凭证。', hint: '请检查 OpenClaw 的配置。' },
  'config-missing': { message: '找不到 OpenClaw 的配置。', hint: '请先设置 OpenClaw（openclaw setup）。' },
  'config-unreadable': { message: '无法读取 OpenClaw 的配置。', hint: '请修正后重试。' },
  'config-shape': { message: 'OpenClaw 配置中插件部分的写法无法安全修改。', hint: '请改用常规写法后重试。' },
  'config-changed': { message: 'OpenClaw 的配置在此期间已有变动。', hint: '请重新查看后再试。' },
  'plugins-disabled': { message: 'OpenClaw 的配置停用了所有插件（plugins.enabled）。', hint: '如需使用插件，请自行启用后重试。' },
  'plugin-denied': { message: 'OpenClaw 的配置禁止了此插件（plugins.deny）。', hint: '请自行将其移出该列表后重试。' },
  'not-captured': { message: '测试对话没有及时保存。', hint: '电脑是否非常繁忙，或磁盘很慢？' },
  'loss-untold': { message: '没有及时发现丢失。', hint: '电脑是否非常繁忙，或磁盘很慢？' },
  'not-restored': { message: '没有及时恢复测试对话。', hint: '电脑是否非常繁忙，或磁盘很慢？' },
  'restored-elsewhere': { message: '恢复的位置与原来不同。', hint: report },
  'restored-differently': { message: '恢复的文件与写入的不一致。', hint: '请在“存储”中立即校验，并将此问题报告给我们。' },
  'not-a-file': { message: '这不是普通文件。', hint: 'Clawback 只保存普通文件。' },
  'restore-open': { message: '此对话正在恢复中。', hint: '请等恢复完成后再试。' },
};

/** What keeps a witness from listening; the same code can mean something else in a restore. */
const obstacles: Readonly<Record<string, ProblemText>> = {
  'token-unreadable': { message: '无法读取网关的令牌。', hint: '请检查 openclaw.json 中的 gateway.auth。' },
  'auth-refused': {
    message: 'OpenClaw 网关拒绝了 Clawback。',
    hint: '请检查 openclaw.json 中的 gateway.auth，或在启动 Clawback 时以 CLAWBACK_GATEWAY_TOKEN 提供令牌。',
  },
  'protocol-mismatch': { message: '此版本的 OpenClaw 使用 Clawback 尚不支持的协议。', hint: '请更新 Clawback。文件仍会照常记录。' },
  'port-taken': {
    message: 'OpenClaw 网关的端口上是其他用户的程序，Clawback 不会向它透露任何内容。',
    hint: '请查明是谁在监听 openclaw.json 中 gateway.port 指定的端口，或让 OpenClaw 改用其他端口。',
  },
  'pairing-needed': {
    message: 'Clawback 需要先得到 OpenClaw 的批准才能监听。',
    hint: '请运行“openclaw devices list”查看，再用“openclaw devices approve”批准 Clawback。',
  },
  'plugins-disabled': errors['plugins-disabled'],
  'plugin-denied': errors['plugin-denied'],
  'plugin-disabled': { message: 'OpenClaw 的配置没有启用此插件（plugins.entries）。', hint: '请再次运行“clawback recorder install”。' },
  'plugin-not-allowed': { message: 'OpenClaw 的配置没有允许此插件（plugins.allow）。', hint: '请再次运行“clawback recorder install”。' },
  'not-permitted': { message: '没有读取 ACP 智能体对话的权限。', hint: '请以运行 OpenClaw 的用户身份运行 Clawback。' },
  'config-missing': errors['config-missing'],
  'config-unreadable': errors['config-unreadable'],
};

/** What no table knows is told as it came, which is better than silence. */
function asTold({ code, message, hint = '' }: ToldProblem): ProblemText {
  // An error of the system's own: its name is known in every language.
  if (/^E[A-Z0-9]+$/.test(code)) return { message: `系统报告错误 ${code}。`, hint: '详情见 Clawback 的日志文件。' };
  return { message, hint };
}

export const problems: Messages['problems'] = {
  error: (told) => byCode(errors, told.code) ?? asTold(told),
  witness: (told) => byCode(obstacles, told.code) ?? asTold(told),
};
